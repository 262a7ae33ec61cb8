package org.isomorph.megatron;

import java.util.List;
import java.util.Map;
import org.isomorph.dialect.Config;

/**
 * Arguments by which Megatron computes something that is not described here. They are refused
 * unless they are off: to leave one unread would change the function in silence.
 */
public final class Unread {
  private static final List<String> FLAGS =
      List.of(
          "apply_residual_connection_post_layernorm",
          "attention_output_gate",
          "is_hybrid_model",
          "moe_apply_probs_on_input",
          "mtp_use_repeated_layer",
          "qk_l2_norm",
          "use_mup");

  private static final List<String> VALUES =
      List.of(
          "activation_func_clamp_value",
          "experimental_attention_variant",
          "heterogeneous_layers_config_encoded_json",
          "heterogeneous_layers_config_path",
          "hybrid_layer_pattern",
          "hybrid_override_pattern",
          "linear_attention_freq",
          "moe_expert_capacity_factor",
          "moe_latent_size",
          "mrope_section",
          "no_rope_freq");

  private static final Map<String, String> TEXTS = Map.of("softmax_type", "vanilla");

  private Unread() {}

  /** Refuses what is not off. */
  public static void check(Config config) {
    for (String key : FLAGS)
      if (config.flag(key, false)) throw config.invalid(key, "false: it is not described here");
    for (String key : VALUES)
      if (config.has(key)) throw config.invalid(key, "null: it is not described here");
    TEXTS.forEach((key, only) -> {
      if (!config.text(key, only).equals(only)) throw config.invalid(key, only);
    });
    if (config.real("glu_linear_offset", 0) != 0) throw config.invalid("glu_linear_offset", "0");
  }
}
