package org.isomorph.architectures;

import java.util.List;
import org.isomorph.dialect.Config;

/**
 * How wide Meta's feed-forward layers are: not a number in the configuration, but a recipe. Two
 * thirds of four times the model's width, times {@code ffn_dim_multiplier}, rounded up to a
 * multiple of {@code multiple_of}, each step in whole numbers.
 */
final class HiddenSize {
  private static final String MULTIPLE = "multiple_of";
  private static final String MULTIPLIER = "ffn_dim_multiplier";
  private static final long USUAL_MULTIPLE = 256;

  /** Recipes of published models: rounded up to, times; 0 for no factor. */
  private record Recipe(long multiple, double multiplier) {
    long of(long width) {
      long hidden = 2 * 4 * width / 3;
      if (multiplier != 0) hidden = (long) (multiplier * hidden);
      return Math.multiplyExact(Math.ceilDiv(hidden, multiple), multiple);
    }
  }

  private static final List<Recipe> PUBLISHED =
      List.of(
          new Recipe(256, 0),
          new Recipe(1024, 1.3),
          new Recipe(4096, 1.3),
          new Recipe(256, 1.5),
          new Recipe(1024, 1),
          new Recipe(4096, 1.2));

  private HiddenSize() {}

  static long read(Config config, long width) {
    long multiple = config.number(MULTIPLE, USUAL_MULTIPLE);
    if (multiple < 1) throw config.invalid(MULTIPLE, "a positive number");
    double multiplier = config.real(MULTIPLIER, 0);
    if (config.has(MULTIPLIER) && !(multiplier > 0 && multiplier < 1e9))
      throw config.invalid(MULTIPLIER, "a factor above 0");
    if (width < 1 || width > Integer.MAX_VALUE)
      throw config.invalid("dim", "a positive number of 32 bits");
    return new Recipe(multiple, multiplier).of(width);
  }

  /** Writes a recipe for this size: a published one, or one made for it. */
  static void write(Config.Builder config, long width, long hidden) {
    Recipe recipe =
        PUBLISHED.stream()
            .filter(each -> each.of(width) == hidden)
            .findFirst()
            .orElseGet(() -> made(width, hidden));
    config.set(MULTIPLE, recipe.multiple());
    if (recipe.multiplier() != 0) config.set(MULTIPLIER, recipe.multiplier());
  }

  /** Times a factor that ends in the middle of the last multiple, and is rounded up from there. */
  private static Recipe made(long width, long hidden) {
    long multiple = Math.min(Long.lowestOneBit(hidden), USUAL_MULTIPLE);
    double middle = multiple == 1 ? hidden + 0.5 : hidden - multiple / 2.0;
    return new Recipe(multiple, middle / Math.max(1, 2 * 4 * width / 3));
  }
}
