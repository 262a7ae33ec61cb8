package org.isomorph.architectures;

import static org.isomorph.dialect.Row.p;
import static org.isomorph.layout.Packings.byPart;

import java.util.ArrayList;
import java.util.List;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.Outline;
import org.isomorph.dialect.Preset;
import org.isomorph.dialect.Roles;
import org.isomorph.dialect.Row;
import org.isomorph.dialect.Spelling;
import org.isomorph.dialect.Template;
import org.isomorph.dialect.TensorInfos;
import org.isomorph.layout.Layout;
import org.isomorph.spec.Dsl;
import org.isomorph.spec.Heads;
import org.isomorph.spec.Mixer;
import org.isomorph.spec.Model;
import org.isomorph.spec.Role;

/**
 * GPT-2 and GPT-3's shape: pre-norm blocks with biases everywhere, learned positions, a tied head.
 * Radford et al., 2019.
 *
 * <p>Linear maps are stored as Conv1D: transposed, {@code [in, out]}.
 */
public final class Gpt2 implements Dialect {

  /** The first published files lack the prefix. */
  static final PrefixedRows ROWS = new PrefixedRows("transformer.");

  private static final Role[] ROLES = {Role.BOS, Role.EOS, Role.PAD};

  @Override
  public String name() {
    return "gpt2";
  }

  @Override
  public String summary() {
    return "GPT-2, and GPT-3's shape";
  }

  @Override
  public boolean reads(Config config) {
    return config.text("model_type", "").equals("gpt2");
  }

  @Override
  public Model spec(Config config, TensorInfos tensors) {
    if (config.flag("add_cross_attention", false))
      throw config.invalid(
          "add_cross_attention", "false: cross-attention of GPT-2 is not described");
    long width = config.number("n_embd"), heads = config.number("n_head");
    long positions = config.number("n_positions", config.number("n_ctx", 1024));
    var norm = Dsl.layerNorm(config.real("layer_norm_epsilon", 1e-5));
    Heads attention = Dsl.mha(heads).biased();
    double scale = config.flag("scale_attn_weights", true) ? attention.resolved(width).scale() : 1;
    boolean byLayer = config.flag("scale_attn_by_inverse_layer_idx", false);
    var ffn =
        Dsl.mlp(
                config.number("n_inner", 4 * width),
                Activations.read(config, "activation_function", "gelu_new"))
            .biased();
    Model model =
        Dsl.causal("gpt2", config.number("vocab_size"), width)
            .embed(tokens -> tokens.position(Dsl.learned(positions)))
            .layers(
                config.number("n_layer"),
                layer ->
                    Dsl.block(norm)
                        .attention(attention.scale(byLayer ? scale / (layer + 1) : scale))
                        .ffn(ffn))
            .finalNorm(norm)
            .heads(CausalHead.read(config, Dsl.lm().tied(config.flag("tie_word_embeddings", true))))
            .context(positions);
    return Roles.read(model, config, ROLES);
  }

  @Override
  public Config config(Model model, Spelling spelling) {
    Outline outline = Outline.of(model);
    List<Double> scales =
        model
            .last()
            .layers()
            .map(block ->
                block
                    .mixers()
                    .filter(Heads.class::isInstance)
                    .mapToDouble(Gpt2::scale)
                    .findFirst()
                    .orElse(1))
            .toList();
    boolean scaled = scales.isEmpty() || scales.getFirst() != 1;
    Config.Builder config =
        CausalHead.write(Config.builder(), model, "GPT2", "GPT2LMHeadModel")
            .set("model_type", "gpt2")
            .set("vocab_size", outline.vocabulary())
            .set("n_positions", outline.positions())
            .set("n_embd", outline.tower().dim())
            .set("n_layer", outline.tower().depth())
            .set("n_head", outline.heads().heads())
            .set("n_inner", hidden(model, outline))
            .set("activation_function", Activations.name(outline.ffn().activation()))
            .set("layer_norm_epsilon", outline.eps())
            .set("scale_attn_weights", scaled)
            .set(
                "scale_attn_by_inverse_layer_idx",
                scales.size() > 1 && scales.get(1).equals(scales.getFirst() / 2))
            .set("tie_word_embeddings", outline.tied());
    Roles.write(config, model, ROLES);
    return config.build();
  }

  private static double scale(Mixer mixer) {
    return mixer instanceof Heads heads ? heads.scale() : 1;
  }

  private static long hidden(Model model, Outline outline) {
    return model.last().runs().isEmpty() ? 4 * outline.tower().dim() : outline.ffn().hidden();
  }

  @Override
  public List<Row> rows(Model model) {
    List<Row> rows = new ArrayList<>();
    rows.add(ROWS.row("wte.weight", p("embed.token.weight")));
    rows.add(ROWS.row("wpe.weight", p("embed.position.weight")));
    layers(rows);
    rows.addAll(ROWS.weightAndBias("ln_f", "decoder.norm"));
    rows.addAll(CausalHead.rows());
    return rows;
  }

  /** The rows of all layers, which GPT-1 has too. */
  static void layers(List<Row> rows) {
    rows.addAll(ROWS.weightAndBias("h.{i}.ln_1", "decoder.{i}.attn.norm"));
    for (String part : List.of("weight", "bias")) {
      Layout<Template> qkv =
          byPart(
              p("decoder.{i}.attn.q." + part),
              p("decoder.{i}.attn.k." + part),
              p("decoder.{i}.attn.v." + part));
      rows.add(
          ROWS.row("h.{i}.attn.c_attn." + part, part.equals("weight") ? qkv.transpose() : qkv));
    }
    conv1d(rows, "h.{i}.attn.c_proj", "decoder.{i}.attn.o");
    rows.addAll(ROWS.weightAndBias("h.{i}.ln_2", "decoder.{i}.ffn.norm"));
    conv1d(rows, "h.{i}.mlp.c_fc", "decoder.{i}.ffn.up");
    conv1d(rows, "h.{i}.mlp.c_proj", "decoder.{i}.ffn.down");
    // The causal mask and its constant, which old files hold as buffers.
    rows.add(Row.ignored("(transformer\\.)?h\\.\\d+\\.attn\\.(bias|masked_bias)"));
  }

  private static void conv1d(List<Row> rows, String name, String parameter) {
    rows.add(ROWS.row(name + ".weight", p(parameter + ".weight").transpose()));
    rows.add(ROWS.row(name + ".bias", p(parameter + ".bias")));
  }

  @Override
  public List<Preset> presets() {
    return Presets.of("gpt2", "gpt2-xl");
  }
}
