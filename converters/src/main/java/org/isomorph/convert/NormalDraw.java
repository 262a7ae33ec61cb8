package org.isomorph.convert;

/**
 * Values drawn from a normal distribution, each from its own place: element i is the same whatever
 * the tiles, the threads or the family that is written, so that one seed is one model.
 *
 * <p>A draw is the sum of the four 16-bit parts of a mixed 64-bit counter (SplitMix64, Steele et
 * al., 2014), which is normal enough for weights: its tails end at 3.46 standard deviations.
 *
 * @param seed which model, and which of its parameters
 * @param mean the mean of the values
 * @param deviation their standard deviation
 */
record NormalDraw(long seed, double mean, double deviation) implements Transform {
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;
  private static final int PART = 0xFFFF;

  /** The mean of a sum of four uniform 16-bit numbers. */
  private static final double CENTRE = 4 * PART / 2.0;

  /** And its standard deviation: the variance of each is (2^32 - 1) / 12. */
  private static final double SPREAD = Math.sqrt(4 * (0x1p32 - 1) / 12);

  @Override
  public Need need() {
    return Need.ELEMENTS;
  }

  @Override
  public void apply(double[] tile, long first, int rows, int columns) {
    double factor = deviation / SPREAD;
    for (int i = 0; i < rows * columns; i++) {
      long bits = mix(seed + (first + i + 1) * GOLDEN_GAMMA);
      long sum = (bits & PART) + (bits >>> 16 & PART) + (bits >>> 32 & PART) + (bits >>> 48);
      tile[i] = mean + (sum - CENTRE) * factor;
    }
  }

  /** The seed for one parameter of a model. */
  static long seed(long model, String parameter) {
    long seed = mix(model);
    for (int i = 0; i < parameter.length(); i++)
      seed = mix(seed + GOLDEN_GAMMA + parameter.charAt(i));
    return seed;
  }

  private static long mix(long z) {
    long first = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
    long second = (first ^ first >>> 27) * 0x94D049BB133111EBL;
    return second ^ second >>> 31;
  }

  @Override
  public String rounding() {
    return "drawn in float64 and rounded once";
  }
}
