package org.isomorph.megatron.execution;

import java.util.List;
import org.isomorph.dialect.Config;

/** The attention of a model's layers. */
sealed interface AttentionConfig permits SelfAttentionConfig, LatentAttentionConfig {
  /** How positions enter, in Megatron's words. */
  static String positions(Config args) {
    return args.flag("use_rotary_position_embeddings", false)
        ? "rope"
        : args.text("position_embedding_type", "learned_absolute");
  }

  /**
   * The keys that a query of a layer sees, itself among them.
   *
   * @param layer counted from 0; Megatron's own number is one more
   */
  static int window(Config args, int layer) {
    List<Long> sides = args.numbers("window_size");
    String key = "window_attn_skip_freq";
    List<Long> skip = args.numbers(key);
    boolean has =
        skip.isEmpty()
            || (skip.size() == 1
                ? (layer + 1) % skip.getFirst() != 0
                : TransformerConfig.each(skip, layer, key, args));
    boolean windowed = !sides.isEmpty() && sides.getFirst() >= 0 && has;
    return windowed ? Math.toIntExact(sides.getFirst() + 1) : Integer.MAX_VALUE;
  }
}
