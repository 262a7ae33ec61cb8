package org.isomorph.architectures;

import org.isomorph.dialect.Config;
import org.isomorph.spec.Rope;

/**
 * The key of rotations that leave a part of each head as it is: {@code partial_rotary_factor},
 * beside the other rotary keys in either spelling.
 */
final class PartialRope {
  private static final String KEY = "partial_rotary_factor";
  private static final String PARAMETERS = "rope_parameters";

  private PartialRope() {}

  /**
   * A rotation of the part of each head that a configuration names.
   *
   * @param otherwise the factor where it names none
   */
  static Rope read(Config config, Rope rope, long headDim, double otherwise) {
    double factor =
        config
            .section(PARAMETERS)
            .filter(parameters -> parameters.has(KEY))
            .map(parameters -> parameters.real(KEY))
            .orElseGet(() -> config.real(KEY, otherwise));
    long dim = (long) (headDim * factor);
    if (dim < 2 || dim > headDim)
      throw config.invalid(KEY, "a factor that leaves 2 to " + headDim + " components to rotate");
    return rope.dim(dim);
  }

  /** Adds the factor to a configuration that has the other rotary keys. */
  static Config write(Config written, Rope rope, long headDim) {
    return write(written, rope, headDim, KEY);
  }

  /**
   * As above, for a family that had another key.
   *
   * @param keyBefore5 what the family calls it before version 5
   */
  static Config write(Config written, Rope rope, long headDim, String keyBefore5) {
    double factor = factor(rope, headDim);
    return written.with(
        written
            .section(PARAMETERS)
            .map(parameters -> parameters.with(Config.builder().set(KEY, factor).build()))
            .map(parameters -> Config.builder().set(PARAMETERS, parameters))
            .orElseGet(() -> Config.builder().set(keyBefore5, factor))
            .build());
  }

  /** The least factor from which all code gets the dimension back, which it rounds down. */
  private static double factor(Rope rope, long headDim) {
    if (rope.dim() == 0) return 1;
    double factor = (double) rope.dim() / headDim;
    return (long) (headDim * factor) < rope.dim() ? Math.nextUp(factor) : factor;
  }
}
