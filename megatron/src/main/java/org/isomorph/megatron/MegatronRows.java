package org.isomorph.megatron;

import static org.isomorph.dialect.Row.p;
import static org.isomorph.dialect.Row.row;

import java.util.ArrayList;
import java.util.List;
import org.isomorph.dialect.Outline;
import org.isomorph.dialect.Row;
import org.isomorph.dialect.Template;
import org.isomorph.layout.Layout;
import org.isomorph.layout.Packings;
import org.isomorph.spec.Gated;
import org.isomorph.spec.Latent;
import org.isomorph.spec.Model;

/**
 * The table of Megatron's logical tensors: what ranks share, before it is cut. Rows stand in the
 * order in which its modules are made, as files have them.
 */
final class MegatronRows {
  private static final List<String> ENDINGS = List.of(".weight", ".bias");

  private final long groups;
  private final boolean gated;
  private final boolean latent;
  private final List<Row> rows = new ArrayList<>();

  private MegatronRows(Model model) {
    this.groups = Outline.of(model).heads().keyValueHeads();
    this.gated = Outline.of(model).ffn() instanceof Gated;
    this.latent = model.last().has(Latent.class);
  }

  static List<Row> of(Model model) {
    MegatronRows table = new MegatronRows(model);
    table.around();
    table.layer("decoder.layers.{i}.", "decoder.{i}.");
    table.both("decoder.final_layernorm", "decoder.norm");
    table.next();
    table.rows.add(row("output_layer.weight", "head.weight"));
    return table.rows;
  }

  private void around() {
    rows.add(row("embedding.word_embeddings.weight", "embed.token.weight"));
    rows.add(row("embedding.position_embeddings.weight", "embed.position.weight"));
  }

  private void next() {
    both("mtp.layers.{k}.enorm", "mtp.{k}.embed_norm");
    both("mtp.layers.{k}.hnorm", "mtp.{k}.hidden_norm");
    rows.add(row("mtp.layers.{k}.eh_proj.weight", "mtp.{k}.project.weight"));
    layer("mtp.layers.{k}.transformer_layer.", "mtp.{k}.block.");
    both("mtp.layers.{k}.final_layernorm", "mtp.{k}.norm");
  }

  private void layer(String layer, String block) {
    both(layer + "input_layernorm", block + "attn.norm");
    both(layer + "self_attention.linear_proj", block + "attn.o");
    if (latent) latent(layer + "self_attention.", block + "attn.");
    else heads(layer + "self_attention.", block + "attn.");
    both(layer + "pre_mlp_layernorm", block + "ffn.norm");
    ffn(layer + "mlp.", block + "ffn.");
    rows.add(row(layer + "mlp.router.weight", block + "ffn.router.weight"));
    rows.add(row(layer + "mlp.router.expert_bias", block + "ffn.router.correction.bias"));
    ffn(layer + "mlp.experts.{e}.", block + "ffn.experts.{e}.");
    rows.add(row(layer + "mlp.shared_experts.gate_weight", block + "ffn.shared_gate.weight"));
    ffn(layer + "mlp.shared_experts.", block + "ffn.shared.");
  }

  private void heads(String stored, String attention) {
    for (String ending : ENDINGS)
      rows.add(
          row(
              stored + "linear_qkv" + ending,
              Packings.byGroup(
                  groups,
                  p(attention + "q" + ending),
                  p(attention + "k" + ending),
                  p(attention + "v" + ending))));
    both(stored + "q_layernorm", attention + "q_norm");
    both(stored + "k_layernorm", attention + "k_norm");
  }

  private void latent(String stored, String attention) {
    both(stored + "linear_q_proj", attention + "q");
    both(stored + "linear_q_down_proj", attention + "q_down");
    both(stored + "linear_q_up_proj", attention + "q_up");
    both(stored + "linear_kv_down_proj", attention + "kv_down");
    both(stored + "linear_kv_up_proj", attention + "kv_up");
    both(stored + "q_layernorm", attention + "q_down_norm");
    both(stored + "kv_layernorm", attention + "kv_down_norm");
  }

  private void ffn(String stored, String ffn) {
    for (String ending : ENDINGS) {
      Layout<Template> up = p(ffn + "up" + ending);
      rows.add(
          row(
              stored + "linear_fc1" + ending,
              gated ? Packings.gateUp(p(ffn + "gate" + ending), up) : up));
    }
    both(stored + "linear_fc2", ffn + "down");
  }

  private void both(String stored, String parameter) {
    rows.addAll(Row.weightAndBias(stored, parameter));
  }
}
