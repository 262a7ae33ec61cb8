package org.isomorph.debug;

import java.util.Locale;
import org.isomorph.tensor.Shape;

/**
 * One value in numbers: of its finite elements, padding apart.
 *
 * @param name canonical
 * @param shape of all rows
 * @param count elements that were counted, finite or not
 * @param std of all of them, not of a sample
 * @param absMax the greatest absolute value
 * @param nan how many are NaN
 * @param infinite how many are infinite
 * @param peak the greatest of the tokens' {@code max|x| / median|x|}; above 100 a component is
 *     called massive
 * @param peakAt the token where that is
 */
public record ValueStatistics(
    String name,
    Shape shape,
    long count,
    double min,
    double max,
    double mean,
    double std,
    double absMax,
    long nan,
    long infinite,
    double peak,
    int peakAt) {
  /** From here on, one component outweighs the rest of its vector. */
  static final double MASSIVE = 100;

  /** Whether no element is NaN or infinite. */
  public boolean isFinite() {
    return nan == 0 && infinite == 0;
  }

  /** Whether a token has a component that outweighs the rest of its vector. */
  public boolean isMassive() {
    return peak >= MASSIVE;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s %s  min %.4g  max %.4g  mean %.4g  std %.4g  |max| %.4g%s%s",
        name,
        shape,
        min,
        max,
        mean,
        std,
        absMax,
        isFinite() ? "" : "  NaN " + nan + "  infinite " + infinite,
        isMassive() ? String.format(Locale.ROOT, "  massive %.0f @%d", peak, peakAt) : "");
  }
}
