package org.isomorph.megatron;

import java.util.OptionalDouble;
import org.isomorph.dialect.Config;
import org.isomorph.spec.Dsl;
import org.isomorph.spec.Latent;
import org.isomorph.spec.Norm;
import org.isomorph.spec.Rope;
import org.isomorph.spec.RopeScaling;

/**
 * The arguments of latent attention. Rotary partners are neighbours, whatever {@code
 * rotary_interleaved} says.
 */
final class LatentArguments {
  /** Stands for none, where a model is asked for its own. */
  static final Latent NONE = Dsl.mla(1, 0, 1, 1, 2, 1);

  private static final String TYPE = "rope_type";
  private static final String BIAS = "add_bias_linear";
  private static final String NORMS = "qk_layernorm";

  private LatentArguments() {}

  static Latent read(Config config) {
    if (!config.flag(NORMS, false))
      throw config.invalid(NORMS, "true: latent attention is described with norms on its latents");
    Latent latent =
        Dsl.mla(
                config.number("num_attention_heads"),
                config.optionalNumber("q_lora_rank").orElse(0),
                config.number("kv_lora_rank", 32),
                config.number("qk_head_dim", 128),
                config.number("qk_pos_emb_head_dim", 64),
                config.number("v_head_dim", 128))
            .norm(NormArguments.read(config))
            .rope(rope(config));
    if (config.flag("add_qkv_bias", false))
      throw config.invalid("add_qkv_bias", "false with latent attention");
    if (config.flag(BIAS, true))
      throw config.invalid(
          BIAS,
          "false with latent attention: Megatron has a bias behind it alone, and none on what goes down into latents");
    return latent;
  }

  private static Rope rope(Config config) {
    Rope plain = Dsl.rope(config.real("rotary_base", 10_000)).pairs();
    return switch (config.text(TYPE, "yarn")) {
      case "rope" -> plain;
      case "yarn" ->
          plain.scaled(
              new RopeScaling.Yarn(
                  config.real("rotary_scaling_factor", 1),
                  config.number("original_max_position_embeddings", 4096),
                  config.real("beta_fast", 32),
                  config.real("beta_slow", 1),
                  OptionalDouble.empty(),
                  config.real("mscale", 1),
                  config.real("mscale_all_dim", 0),
                  true));
      default -> throw config.invalid(TYPE, "rope or yarn");
    };
  }

  /**
   * Writes them.
   *
   * @param norm the norm of the layers, which latents must share
   */
  static void write(Config.Builder config, Latent latent, Norm norm) {
    config
        .set("num_attention_heads", latent.heads())
        .set("num_query_groups", latent.heads())
        .set("group_query_attention", false)
        .set("kv_channels", latent.valueDim())
        .set(BIAS, false)
        .set("add_qkv_bias", false)
        .set(NORMS, latent.norm().equals(norm))
        .set("kv_lora_rank", latent.keyValueRank())
        .set("qk_head_dim", latent.nopeDim())
        .set("qk_pos_emb_head_dim", latent.ropeDim())
        .set("v_head_dim", latent.valueDim())
        .set("position_embedding_type", "rope")
        .set("add_position_embedding", false)
        .set("use_rotary_position_embeddings", true);
    if (latent.queryRank().isPresent()) config.set("q_lora_rank", latent.queryRank().getAsLong());
    else config.setNull("q_lora_rank");
    RopeArguments.number(config, "rotary_base", latent.rope().theta());
    if (latent.rope().scaling() instanceof RopeScaling.Yarn yarn)
      config
          .set(TYPE, "yarn")
          .set("rotary_scaling_factor", yarn.factor())
          .set("original_max_position_embeddings", yarn.trained())
          .set("beta_fast", yarn.betaFast())
          .set("beta_slow", yarn.betaSlow())
          .set("mscale", yarn.mscale())
          .set("mscale_all_dim", yarn.mscaleAllDim());
    else config.set(TYPE, "rope");
  }
}
