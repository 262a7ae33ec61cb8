package org.isomorph.debug.hypothesis;

import java.util.Locale;

/**
 * How alike two grids of one size are.
 *
 * @param cosine of all elements as one vector
 * @param error the length of the difference divided by the length of the first
 */
record Likeness(double cosine, double error) {
  private static final Likeness NONE = new Likeness(0, Double.POSITIVE_INFINITY);

  /** Elements that are looked at before all are: most guesses end here. */
  private static final long SAMPLE = 509;

  /** As near as rounding to bfloat16 keeps weights, and some. */
  private static final double NEAR = 0x1p-7;

  boolean isNear() {
    return error <= NEAR;
  }

  /**
   * Compares; what cannot be near is only sampled.
   *
   * @param expected what it would be
   * @param found what it is
   */
  static Likeness of(Grid expected, Grid found) {
    if (expected.rows() != found.rows() || expected.columns() != found.columns()) return NONE;
    long elements = expected.rows() * expected.columns();
    // A step that shares no factor with the columns meets all of them.
    long step = Math.max(1, elements / SAMPLE | 1);
    Likeness sample = of(expected, found, step);
    return step == 1 || sample.error > 4 * NEAR ? sample : of(expected, found, 1);
  }

  private static Likeness of(Grid expected, Grid found, long step) {
    long columns = expected.columns(), elements = expected.rows() * columns;
    double a = 0, b = 0, product = 0, apart = 0;
    for (long at = 0; at < elements; at += step) {
      double x = expected.at(at / columns, at % columns), y = found.at(at / columns, at % columns);
      a += x * x;
      b += y * y;
      product += x * y;
      apart += (x - y) * (x - y);
    }
    if (apart == 0) return new Likeness(1, 0);
    if (a == 0 || b == 0) return NONE;
    double error = Math.sqrt(apart / a);
    return new Likeness(
        product / Math.sqrt(a * b), Double.isNaN(error) ? Double.POSITIVE_INFINITY : error);
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "cos %.3f", cosine);
  }
}
