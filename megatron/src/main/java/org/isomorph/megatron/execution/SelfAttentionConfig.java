package org.isomorph.megatron.execution;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.isomorph.dialect.Config;

/**
 * Attention over heads.
 *
 * @param heads query heads
 * @param groups query groups: pairs of a key head and a value head
 * @param headDim components a head
 * @param bias whether queries, keys and values have one
 * @param norms whether queries and keys are normalised, head by head
 * @param rotary what rotates them
 * @param windows the keys that a query sees, layer by layer
 */
record SelfAttentionConfig(
    int heads,
    int groups,
    int headDim,
    boolean bias,
    boolean norms,
    Optional<RotaryEmbedding> rotary,
    List<Integer> windows)
    implements AttentionConfig {
  static SelfAttentionConfig of(Config args) {
    int heads = TransformerConfig.integer(args, "num_attention_heads");
    int hidden = TransformerConfig.integer(args, "hidden_size");
    int headDim =
        TransformerConfig.integer(args, "kv_channels", args.number("kv_channels", hidden / heads));
    boolean grouped = args.flag("group_query_attention", false);
    return new SelfAttentionConfig(
        heads,
        grouped
            ? TransformerConfig.integer(
                args, "num_query_groups", args.number("num_query_groups", 1))
            : heads,
        headDim,
        args.flag("add_bias_linear", true) || args.flag("add_qkv_bias", false),
        args.flag("qk_layernorm", false),
        switch (AttentionConfig.positions(args)) {
          case "rope" -> Optional.of(RotaryEmbedding.of(args, headDim));
          case "learned_absolute", "none" -> Optional.empty();
          default ->
              throw args.invalid("position_embedding_type", "learned_absolute, rope or none");
        },
        IntStream.range(0, TransformerConfig.integer(args, "num_layers"))
            .mapToObj(layer -> AttentionConfig.window(args, layer))
            .toList());
  }
}
