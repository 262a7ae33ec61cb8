package org.isomorph.architectures;

import java.util.List;
import java.util.OptionalDouble;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Spelling;
import org.isomorph.spec.Dsl;
import org.isomorph.spec.Rope;
import org.isomorph.spec.RopeScaling;

/**
 * The keys of rotary positions, in both spellings of transformers.
 *
 * <p>Before version 5, {@code rope_theta} and {@code rope_scaling} stand apart, and the kind of
 * scaling is called {@code type} or {@code rope_type}; since then, one object {@code
 * rope_parameters} has them all. Where a file has both, the new one counts.
 */
final class RopeKeys {
  /** The context length before scaling. */
  static final String TRAINED = "original_max_position_embeddings";

  private RopeKeys() {}

  /**
   * The rotation that a configuration describes.
   *
   * @param theta the base where the configuration does not say
   * @param context the model's context length, which some scalings fall back to
   */
  static Rope read(Config config, double theta, long context) {
    var parameters = config.section("rope_parameters");
    if (parameters.isPresent()) {
      Config all = parameters.get();
      return Dsl.rope(all.real("rope_theta", config.real("rope_theta", theta)))
          .scaled(scaling(config, all, context));
    }
    Rope plain = Dsl.rope(config.real("rope_theta", theta));
    return config
        .section("rope_scaling")
        .map(keys -> plain.scaled(scaling(config, keys, context)))
        .orElse(plain);
  }

  private static RopeScaling scaling(Config config, Config keys, long context) {
    String type = keys.text("rope_type", keys.text("type", "default"));
    return switch (type) {
      case "default" -> RopeScaling.NONE;
      case "linear" -> new RopeScaling.Linear(keys.real("factor"));
      case "dynamic" ->
          new RopeScaling.DynamicNtk(keys.real("factor"), trained(config, keys, context), false);
      case "llama3" ->
          new RopeScaling.Llama3(
              keys.real("factor"),
              keys.real("low_freq_factor"),
              keys.real("high_freq_factor"),
              trained(config, keys, context));
      case "yarn" ->
          new RopeScaling.Yarn(
              keys.real("factor"),
              trained(config, keys, context),
              keys.real("beta_fast", 32),
              keys.real("beta_slow", 1),
              keys.optionalReal("attention_factor"),
              keys.real("mscale", 0),
              keys.real("mscale_all_dim", 0),
              keys.flag("truncate", true));
      case "longrope", "su" -> longRope(keys, trained(config, keys, context), context);
      default ->
          throw keys.invalid(
              keys.has("rope_type") ? "rope_type" : "type",
              "one of default, linear, dynamic, llama3, yarn, longrope");
    };
  }

  /**
   * The attention factor is always told outright: what it is by default depends on the context
   * length, which is no part of a model's function.
   */
  private static RopeScaling longRope(Config keys, long trained, long context) {
    OptionalDouble factor = keys.optionalReal("factor");
    double implied =
        factor.isPresent()
            ? attentionFactor(factor.getAsDouble(), trained)
            : attentionFactor((double) context / trained, trained);
    return new RopeScaling.LongRope(
        keys.reals("short_factor"),
        keys.reals("long_factor"),
        trained,
        OptionalDouble.of(keys.real("attention_factor", implied)));
  }

  /** LongRoPE's factor on cosines and sines of a context that is {@code factor} times longer. */
  static double attentionFactor(double factor, long trained) {
    return factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log((double) trained));
  }

  /** Where a configuration says the trained length beside the scaling, that counts. */
  private static long trained(Config config, Config keys, long context) {
    long trained = config.number(TRAINED, keys.number(TRAINED, context));
    if (trained == 0)
      throw keys.invalid(
          TRAINED,
          "the trained context length, which max_position_embeddings does not tell either");
    return trained;
  }

  /**
   * Writes base and scaling; pairing and dimension are what a family fixes or has keys of its own
   * for.
   */
  static void write(Config.Builder config, Rope rope, Spelling spelling) {
    write(config, rope, spelling, "rope_type");
  }

  /**
   * As {@link #write(Config.Builder, Rope, Spelling)}, for code that calls the kind of scaling by
   * another key before version 5.
   */
  static void write(Config.Builder config, Rope rope, Spelling spelling, String kindBefore5) {
    Config.Builder keys = Config.builder();
    write(keys, rope.scaling());
    if (spelling == Spelling.SINCE_5) {
      config.set(
          "rope_parameters",
          Config.builder().set("rope_theta", rope.theta()).build().with(keys.build()));
    } else {
      config.set("rope_theta", rope.theta());
      if (RopeScaling.NONE.equals(rope.scaling())) config.setNull("rope_scaling");
      else {
        Config scaling = keys.build();
        String kind = scaling.text("rope_type");
        config.set(
            "rope_scaling",
            scaling
                .without(List.of("rope_type"))
                .with(Config.builder().set(kindBefore5, kind).build()));
      }
    }
  }

  private static void write(Config.Builder keys, RopeScaling scaling) {
    switch (scaling) {
      case RopeScaling.None _ -> keys.set("rope_type", "default");
      case RopeScaling.Linear linear ->
          keys.set("rope_type", "linear").set("factor", linear.factor());
      case RopeScaling.DynamicNtk ntk ->
          keys.set("rope_type", "dynamic").set("factor", ntk.factor()).set(TRAINED, ntk.trained());
      case RopeScaling.Llama3 llama3 ->
          keys.set("rope_type", "llama3")
              .set("factor", llama3.factor())
              .set("low_freq_factor", llama3.lowFrequencyFactor())
              .set("high_freq_factor", llama3.highFrequencyFactor())
              .set(TRAINED, llama3.trained());
      case RopeScaling.Yarn yarn -> {
        keys.set("rope_type", "yarn").set("factor", yarn.factor()).set(TRAINED, yarn.trained());
        keys.set("beta_fast", yarn.betaFast()).set("beta_slow", yarn.betaSlow());
        set(keys, "attention_factor", yarn.attentionFactor());
        if (yarn.mscale() != 0) keys.set("mscale", yarn.mscale());
        if (yarn.mscaleAllDim() != 0) keys.set("mscale_all_dim", yarn.mscaleAllDim());
        if (!yarn.truncate()) keys.set("truncate", false);
      }
      case RopeScaling.LongRope longRope -> {
        keys.set("rope_type", "longrope")
            .set("short_factor", longRope.shortFactors())
            .set("long_factor", longRope.longFactors());
        keys.set(TRAINED, longRope.trained());
        set(keys, "attention_factor", longRope.attentionFactor());
      }
    }
  }

  private static void set(Config.Builder keys, String key, OptionalDouble value) {
    value.ifPresent(present -> keys.set(key, present));
  }
}
