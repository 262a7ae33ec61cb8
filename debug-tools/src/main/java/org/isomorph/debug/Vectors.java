package org.isomorph.debug;

import java.util.Arrays;

/** Measures of vectors, in float64. */
final class Vectors {
  private Vectors() {}

  static double norm(double[] x) {
    double sum = 0;
    for (double each : x) sum += each * each;
    return Math.sqrt(sum);
  }

  static double distance(double[] x, double[] y) {
    double sum = 0;
    for (int at = 0; at < x.length; at++) sum += (y[at] - x[at]) * (y[at] - x[at]);
    return Math.sqrt(sum);
  }

  /**
   * One less the cosine, from 0 to 2. Of two zero vectors 0, of one 1; NaN where something is not
   * finite.
   */
  static double cosineDistance(double[] x, double[] y) {
    double nx = norm(x), ny = norm(y);
    if (!Double.isFinite(nx) || !Double.isFinite(ny)) return Double.NaN;
    if (nx == 0 && ny == 0) return 0;
    if (nx == 0 || ny == 0) return 1;
    // Half the squared difference of the directions is the same number, and keeps the digits that
    // 1 - cosine loses where the directions are almost one.
    double sum = 0;
    for (int at = 0; at < x.length; at++) {
      double apart = x[at] / nx - y[at] / ny;
      sum += apart * apart;
    }
    return Math.clamp(sum / 2, 0, 2);
  }

  /** The greatest absolute value as a multiple of the median one; 0 of a zero vector. */
  static double peak(double[] x) {
    double[] sizes = new double[x.length];
    for (int at = 0; at < x.length; at++) sizes[at] = Math.abs(x[at]);
    Arrays.sort(sizes);
    double greatest = sizes[sizes.length - 1];
    double median = (sizes[(sizes.length - 1) / 2] + sizes[sizes.length / 2]) / 2;
    return greatest == 0 ? 0 : greatest / median;
  }
}
