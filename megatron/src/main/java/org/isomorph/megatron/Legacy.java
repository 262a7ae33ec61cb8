package org.isomorph.megatron;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.isomorph.layout.Layout;

/**
 * Checkpoints from before Megatron had a core: other names, in dicts within dicts, and before
 * version 2 another order of queries, keys and values.
 */
final class Legacy {
  private static final Map<String, List<String>> LAYER =
      Map.ofEntries(
          Map.entry("input_layernorm", List.of("input_norm", "input_layernorm")),
          Map.entry(
              "self_attention.linear_qkv",
              List.of("self_attention.query_key_value", "attention.query_key_value")),
          Map.entry(
              "self_attention.linear_proj", List.of("self_attention.dense", "attention.dense")),
          Map.entry(
              "pre_mlp_layernorm", List.of("post_attention_norm", "post_attention_layernorm")),
          Map.entry("mlp.linear_fc1", List.of("mlp.dense_h_to_4h")),
          Map.entry("mlp.linear_fc2", List.of("mlp.dense_4h_to_h")));

  private static final Map<String, List<String>> OUTSIDE =
      Map.of(
          "embedding.word_embeddings", List.of("embedding.word_embeddings", "word_embeddings"),
          "embedding.position_embeddings",
              List.of("embedding.position_embeddings", "position_embeddings"),
          "decoder.final_layernorm",
              List.of(
                  "encoder.final_norm",
                  "encoder.final_layernorm",
                  "transformer.final_norm",
                  "transformer.final_layernorm"),
          "output_layer", List.of("output_layer", "word_embeddings_for_head"));

  private Legacy() {}

  /** What such a file may call a tensor, once its dicts are flat. */
  static List<String> names(Address held) {
    int dot = held.part().lastIndexOf('.');
    String module = held.part().substring(0, dot), ending = held.part().substring(dot);
    List<String> names = new ArrayList<>();
    switch (held.place()) {
      case OUTSIDE -> {
        for (String name : OUTSIDE.getOrDefault(module, List.of())) {
          names.add("language_model." + name + ending);
          names.add(name + ending);
        }
      }
      case LAYER -> {
        for (String name : LAYER.getOrDefault(module, List.of()))
          for (String stack : List.of("encoder", "transformer"))
            names.add("language_model." + stack + ".layers." + held.layer() + "." + name + ending);
      }
      case AROUND_NEXT, NEXT -> {}
    }
    return names;
  }

  /**
   * A rank's rows of queries, keys and values as they are since version 2, head by head, put in the
   * order of an older version.
   *
   * @param heads the rank's heads
   */
  static Layout<String> queryKeyValue(Layout<String> rows, double version, long heads) {
    if (version >= 2) return rows;
    Layout<String> byHead = rows.split(0, heads, 3, -1);
    return version < 1 ? byHead.permute(1, 0, 2).merge(0, 2) : byHead.permute(0, 2, 1).merge(0, 2);
  }
}
