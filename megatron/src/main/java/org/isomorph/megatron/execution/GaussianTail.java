package org.isomorph.megatron.execution;

/** The normal distribution's cumulative function, which Java's library lacks. */
final class GaussianTail {
  private static final double SQUARE_ROOT = Math.sqrt(2 * Math.PI);

  private GaussianTail() {}

  /** The part of the distribution below x, to float64's precision for all that matters here. */
  static double below(double x) {
    if (x < -38) return 0;
    if (x > 9) return 1;
    double density = Math.exp(-x * x / 2) / SQUARE_ROOT;
    return Math.abs(x) < 4
        ? 0.5 + density * series(x)
        : x < 0 ? tail(-x, density) : 1 - tail(x, density);
  }

  /** {@code x + x^3/3 + x^5/(3 5) + ...}: all terms of one sign. */
  private static double series(double x) {
    double term = x, sum = x;
    for (int n = 3; Math.abs(term) > 1e-17 * Math.abs(sum); n += 2) {
      term *= x * x / n;
      sum += term;
    }
    return sum;
  }

  /** A continued fraction, from its far end. */
  private static double tail(double x, double density) {
    double fraction = x;
    for (int n = 60; n >= 1; n--) fraction = x + n / fraction;
    return density / fraction;
  }
}
