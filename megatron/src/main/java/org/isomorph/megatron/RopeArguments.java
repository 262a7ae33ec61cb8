package org.isomorph.megatron;

import org.isomorph.dialect.Config;
import org.isomorph.spec.Dsl;
import org.isomorph.spec.Rope;
import org.isomorph.spec.RopeScaling;

/** The arguments of rotary positions over plain heads. */
final class RopeArguments {
  private static final String BASE = "rotary_base";
  private static final String PART = "rotary_percent";
  private static final String PAIRS = "rotary_interleaved";
  private static final String SCALED = "use_rope_scaling";
  private static final String FACTOR = "rope_scaling_factor";
  private static final String INTERPOLATION = "rotary_seq_len_interpolation_factor";

  /** What the code has as constants behind {@code use_rope_scaling}. */
  private static final RopeScaling.Llama3 SCALING = new RopeScaling.Llama3(8, 1, 4, 8192);

  private RopeArguments() {}

  static Rope read(Config config, long headDim) {
    double part = config.real(PART, 1);
    Rope plain = Dsl.rope(config.real(BASE, 10_000)).dim((long) (headDim * part));
    Rope paired = config.flag(PAIRS, false) ? plain.pairs() : plain;
    if (config.flag(SCALED, false))
      return paired.scaled(
          new RopeScaling.Llama3(
              config.real(FACTOR, SCALING.factor()),
              SCALING.lowFrequencyFactor(),
              SCALING.highFrequencyFactor(),
              SCALING.trained()));
    if (config.has(INTERPOLATION) && config.real(INTERPOLATION) != 1)
      return paired.scaled(new RopeScaling.Linear(config.real(INTERPOLATION)));
    return paired;
  }

  static void write(Config.Builder config, Rope rope, long headDim) {
    number(config, BASE, rope.theta());
    config
        .set(PART, rope.dim() == 0 ? 1.0 : (double) rope.dim() / headDim)
        .set(PAIRS, rope.pairing() == Rope.Pairing.PAIRS)
        .set(SCALED, rope.scaling() instanceof RopeScaling.Llama3);
    switch (rope.scaling()) {
      case RopeScaling.Llama3 scaling -> config.set(FACTOR, scaling.factor());
      case RopeScaling.Linear linear -> config.set(INTERPOLATION, linear.factor());
      default -> {}
    }
  }

  /** Megatron's parser reads the base as a whole number, where it is one. */
  static void number(Config.Builder config, String key, double value) {
    if (value == Math.rint(value)) config.set(key, (long) value);
    else config.set(key, value);
  }
}
