package org.isomorph.spec;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What other tools call a value. {@code {i}} is the layer, {@code {i+1}} the one after it. */
final class ValueAliases {
  private ValueAliases() {}

  static final String LENS = "TransformerLens";
  static final String HUGGING_FACE = "Hugging Face";
  static final String LLAMA_CPP = "llama.cpp";
  static final String MEGATRON = "Megatron";

  private static final List<String> TOOLS = List.of(LENS, HUGGING_FACE, LLAMA_CPP, MEGATRON);

  /** The end of the canonical name, then a column a tool, empty where it has no such point. */
  private static final Map<String, List<String>> TABLE =
      Stream.of(
              "embed.out      | hook_embed                       | hidden_states[0]                        | inp_embd           | embedding",
              "in             | blocks.{i}.hook_resid_pre        | hidden_states[{i}]                      |                    | decoder.layers.{i}.input",
              "attn.norm.out  | blocks.{i}.ln1.hook_out          | model.layers.{i}.input_layernorm        | attn_norm-{i}      |",
              "attn.q         | blocks.{i}.attn.hook_q           |                                         |                    |",
              "attn.k         | blocks.{i}.attn.hook_k           |                                         |                    |",
              "attn.v         | blocks.{i}.attn.hook_v           |                                         | Vcur-{i}           |",
              "attn.q.rope    | blocks.{i}.attn.hook_rot_q       |                                         | Qcur-{i}           |",
              "attn.k.rope    | blocks.{i}.attn.hook_rot_k       |                                         | Kcur-{i}           |",
              "attn.scores    | blocks.{i}.attn.hook_attn_scores |                                         |                    |",
              "attn.probs     | blocks.{i}.attn.hook_pattern     | attentions[{i}]                         | kq_soft_max-{i}    |",
              "attn.mix       | blocks.{i}.attn.hook_z           | model.layers.{i}.self_attn.o_proj.input | kqv_out-{i}        | decoder.layers.{i}.self_attention.linear_proj.input",
              "attn.out       | blocks.{i}.hook_attn_out         |                                         |                    |",
              "attn.out bare  | blocks.{i}.hook_attn_out         | model.layers.{i}.self_attn              | attn_out-{i}       | decoder.layers.{i}.self_attention",
              "mid            | blocks.{i}.hook_resid_mid        |                                         | ffn_inp-{i}        |",
              "cross.probs    |                                  | cross_attentions[{i}]                   |                    |",
              "ffn.norm.out   | blocks.{i}.ln2.hook_out          |                                         | ffn_norm-{i}       |",
              "ffn.gate       | blocks.{i}.mlp.hook_pre          | model.layers.{i}.mlp.gate_proj          | ffn_gate-{i}       |",
              "ffn.up         | blocks.{i}.mlp.hook_pre_linear   | model.layers.{i}.mlp.up_proj            | ffn_up-{i}         |",
              "ffn.up ungated | blocks.{i}.mlp.hook_pre          |                                         | ffn_up-{i}         |",
              "ffn.act        | blocks.{i}.mlp.hook_post         | model.layers.{i}.mlp.down_proj.input    |                    |",
              "ffn.router     |                                  | router_logits[{i}]                      | ffn_moe_logits-{i} | decoder.layers.{i}.mlp.router",
              "ffn.out        | blocks.{i}.hook_mlp_out          |                                         |                    |",
              "ffn.out bare   | blocks.{i}.hook_mlp_out          | model.layers.{i}.mlp                    | ffn_out-{i}        | decoder.layers.{i}.mlp",
              "out            | blocks.{i}.hook_resid_post       | hidden_states[{i+1}]                    | l_out-{i}          | decoder.layers.{i}.output",
              "norm.out       | ln_final.hook_out                | hidden_states[-1]                       | result_norm        | decoder.final_layernorm",
              "logits         | unembed.hook_out                 | lm_head                                 | result_output      | output_layer")
          .map(line -> Stream.of(line.split("\\|", -1)).map(String::trim).toList())
          .collect(Collectors.toUnmodifiableMap(List::getFirst, cells -> cells.subList(1, 5)));

  /** The aliases of the value with this ending at this layer; {@code last} is the last layer. */
  static Map<String, String> of(String ending, long layer, boolean last) {
    Map<String, String> aliases = new TreeMap<>();
    List<String> cells = TABLE.getOrDefault(ending, List.of());
    for (int tool = 0; tool < cells.size(); tool++) {
      String cell = cells.get(tool);
      // Hugging Face's last hidden state is after the final norm: no alias of the last layer.
      if (cell.isEmpty() || (last && cell.contains("{i+1}"))) continue;
      aliases.put(
          TOOLS.get(tool), cell.replace("{i}", "" + layer).replace("{i+1}", "" + (layer + 1)));
    }
    return aliases;
  }
}
