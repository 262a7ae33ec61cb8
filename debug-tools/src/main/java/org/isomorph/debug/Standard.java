package org.isomorph.debug;

/**
 * What standardises vectors: each dimension less its mean, over its standard deviation. One that
 * never changes becomes 0, as it tells no vector from another.
 */
interface Standard {
  /** Leaves vectors as they are. */
  Standard NONE = vector -> vector;

  /** A vector, standardised. */
  double[] of(double[] vector);

  /** By the means and deviations of these vectors, of which there is at least one. */
  static Standard of(double[][] vectors) {
    int width = vectors[0].length;
    // Counted from the first, so that what never changes deviates by nothing, not by rounding.
    double[] origin = vectors[0], mean = new double[width], deviation = new double[width];
    for (double[] each : vectors)
      for (int at = 0; at < width; at++) mean[at] += (each[at] - origin[at]) / vectors.length;
    for (double[] each : vectors)
      for (int at = 0; at < width; at++) {
        double apart = each[at] - origin[at] - mean[at];
        deviation[at] += apart * apart / vectors.length;
      }
    return vector -> {
      double[] standardised = new double[width];
      for (int at = 0; at < width; at++)
        if (deviation[at] != 0)
          standardised[at] = (vector[at] - origin[at] - mean[at]) / Math.sqrt(deviation[at]);
      return standardised;
    };
  }
}
