package org.isomorph.megatron.execution;

import java.util.Optional;
import org.isomorph.dialect.Config;

/**
 * Attention over latents.
 *
 * @param heads of queries, keys and values alike
 * @param queryRank the width of the queries' latent; empty where they have none
 * @param rank the width of the keys' and values' latent
 * @param plain components of a query or key head that are not rotated
 * @param rotated components that are
 * @param value components of a value head
 * @param norms whether the latents are normalised
 * @param rotary the rotation
 * @param scale what scores are multiplied by
 */
record LatentAttentionConfig(
    int heads,
    Optional<Integer> queryRank,
    int rank,
    int plain,
    int rotated,
    int value,
    boolean norms,
    RotaryEmbedding rotary,
    double scale)
    implements AttentionConfig {
  static LatentAttentionConfig of(Config args) {
    int plain = size(args, "qk_head_dim", 128), rotated = size(args, "qk_pos_emb_head_dim", 64);
    // Megatron takes the factor whatever the rotation is.
    double factor =
        RotaryEmbedding.mscale(
            args.real("rotary_scaling_factor", 1), args.real("mscale_all_dim", 0));
    return new LatentAttentionConfig(
        TransformerConfig.integer(args, "num_attention_heads"),
        args.has("q_lora_rank")
            ? Optional.of(TransformerConfig.integer(args, "q_lora_rank"))
            : Optional.empty(),
        size(args, "kv_lora_rank", 32),
        plain,
        rotated,
        size(args, "v_head_dim", 128),
        args.flag("qk_layernorm", false),
        switch (args.text("rope_type", "yarn")) {
          case "rope" -> RotaryEmbedding.latent(args, rotated);
          case "yarn" -> RotaryEmbedding.yarn(args, rotated);
          default -> throw args.invalid("rope_type", "rope or yarn");
        },
        factor * factor / Math.sqrt((double) plain + rotated));
  }

  private static int size(Config args, String key, long otherwise) {
    return TransformerConfig.integer(args, key, args.number(key, otherwise));
  }
}
