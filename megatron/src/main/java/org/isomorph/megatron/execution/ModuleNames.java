package org.isomorph.megatron.execution;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;

/**
 * What modules are called: TransformerEngine's have the norm before them among their own
 * parameters.
 */
final class ModuleNames {
  private static final String SECOND = "pre_mlp_layernorm.";

  /** Norms, and the projection behind them that can have them. */
  private static final Map<String, String> FUSED = new LinkedHashMap<>();

  static {
    FUSED.put("input_layernorm.", "self_attention.linear_qkv.layer_norm_");
    FUSED.put(SECOND, "mlp.linear_fc1.layer_norm_");
  }

  /** Those of latents. */
  private static final Map<String, String> FUSED_LATENT =
      Map.of(
          "self_attention.q_layernorm.", "self_attention.linear_q_up_proj.layer_norm_",
          "self_attention.kv_layernorm.", "self_attention.linear_kv_up_proj.layer_norm_");

  private final TransformerConfig config;

  ModuleNames(TransformerConfig config) {
    this.config = config;
  }

  private boolean latent() {
    return config.attention() instanceof LatentAttentionConfig;
  }

  /** A module's parameter within its layer, as the state of a rank calls it: likeliest first. */
  SequencedSet<String> inState(String part, boolean mixture) {
    String fused = fused(part, mixture, false);
    return config.engine() ? of(fused, part) : of(part, fused);
  }

  /** As a distributed checkpoint calls it: Megatron's own norms go by TransformerEngine's names. */
  SequencedSet<String> distributed(String part, boolean mixture) {
    boolean own = !config.engine();
    if (own && latent()) return of(part, fused(part, mixture, false));
    return of(fused(part, mixture, own), fused(part, mixture, false), part);
  }

  private String fused(String part, boolean mixture, boolean always) {
    if (latent()) {
      for (Map.Entry<String, String> norm : FUSED_LATENT.entrySet())
        if (part.startsWith(norm.getKey()))
          return norm.getValue() + part.substring(norm.getKey().length());
      if (!part.startsWith(SECOND)) return part;
    }
    for (Map.Entry<String, String> norm : FUSED.entrySet())
      if (part.startsWith(norm.getKey()) && (always || !mixture || !norm.getKey().equals(SECOND)))
        return norm.getValue() + part.substring(norm.getKey().length());
    return part;
  }

  private static SequencedSet<String> of(String... names) {
    return new LinkedHashSet<>(List.of(names));
  }
}
