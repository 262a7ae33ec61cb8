package org.isomorph.proof;

/** Rows of logits as what they are for: a distribution and its likeliest choice. */
final class Logits {
  private Logits() {}

  /** The index of the largest, within the row. */
  static int top(float[] logits, int from, int width) {
    int top = 0;
    for (int i = 1; i < width; i++) if (logits[from + i] > logits[from + top]) top = i;
    return top;
  }

  /**
   * The Kullback-Leibler divergence of the second row's distribution from the first's, in nats;
   * infinite where a number is not finite.
   */
  static double divergence(float[] reference, float[] candidate, int from, int width) {
    double a = logSum(reference, from, width), b = logSum(candidate, from, width);
    double sum = 0;
    for (int i = from; i < from + width; i++) {
      double log = reference[i] - a;
      if (log == Double.NEGATIVE_INFINITY) continue;
      sum += Math.exp(log) * (log - (candidate[i] - b));
    }
    return Double.isNaN(sum) ? Double.POSITIVE_INFINITY : Math.max(0, sum);
  }

  private static double logSum(float[] logits, int from, int width) {
    double most = Double.NEGATIVE_INFINITY, sum = 0;
    for (int i = from; i < from + width; i++) most = Math.max(most, logits[i]);
    for (int i = from; i < from + width; i++) sum += Math.exp(logits[i] - most);
    return most + Math.log(sum);
  }
}
