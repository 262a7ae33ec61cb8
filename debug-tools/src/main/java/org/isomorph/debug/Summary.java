package org.isomorph.debug;

import java.util.Arrays;

/**
 * Many numbers in few. With a NaN among them, all are NaN.
 *
 * @param median the middle one, or halfway between the two in the middle
 * @param p95 95 % are not above it, interpolated between neighbours
 */
public record Summary(double mean, double median, double p95, double max) {
  /** Of no numbers, all are NaN. */
  static Summary of(double[] numbers) {
    double[] sorted = numbers.clone();
    Arrays.sort(sorted);
    // NaN is sorted to the end.
    if (sorted.length == 0 || Double.isNaN(sorted[sorted.length - 1]))
      return new Summary(Double.NaN, Double.NaN, Double.NaN, Double.NaN);
    return new Summary(
        Arrays.stream(sorted).average().orElseThrow(),
        quantile(sorted, 0.5),
        quantile(sorted, 0.95),
        sorted[sorted.length - 1]);
  }

  private static double quantile(double[] sorted, double part) {
    double at = part * (sorted.length - 1);
    int below = (int) at;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }
}
