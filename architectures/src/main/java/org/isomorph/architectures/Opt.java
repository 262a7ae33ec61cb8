package org.isomorph.architectures;

import java.util.ArrayList;
import java.util.List;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.Outline;
import org.isomorph.dialect.Preset;
import org.isomorph.dialect.Roles;
import org.isomorph.dialect.Row;
import org.isomorph.dialect.Spelling;
import org.isomorph.dialect.TensorInfos;
import org.isomorph.spec.Dense;
import org.isomorph.spec.Dsl;
import org.isomorph.spec.Frame;
import org.isomorph.spec.Head;
import org.isomorph.spec.Heads;
import org.isomorph.spec.Model;
import org.isomorph.spec.Norm;
import org.isomorph.spec.Role;
import org.isomorph.spec.Tokens;

/**
 * OPT: GPT-3's shape with ReLU; its 350m has norms behind the residuals and a token table narrower
 * than the stream. Zhang et al., arXiv 2205.01068.
 */
public final class Opt implements Dialect {

  /** The first published files lack the outer prefix. */
  private static final PrefixedRows ROWS = new PrefixedRows("model.decoder.", "decoder.");

  private static final String PROJECTED = "word_embed_proj_dim";
  private static final String AFFINE = "layer_norm_elementwise_affine";
  private static final String PRE_NORM = "do_layer_norm_before";
  private static final String NO_FINAL_NORM = "_remove_final_layer_norm";
  private static final Role[] ROLES = {Role.BOS, Role.EOS, Role.PAD};

  /** The eps is fixed. */
  private static final double EPS = 1e-5;

  /** The first rows of the position table are never used. */
  private static final long UNUSED = 2;

  @Override
  public String name() {
    return "opt";
  }

  @Override
  public String summary() {
    return "OPT and Galactica: GPT-3's shape";
  }

  @Override
  public List<String> aliases() {
    return List.of("galactica");
  }

  @Override
  public boolean reads(Config config) {
    return config.text("model_type", "").equals("opt");
  }

  // ---- configuration to model

  @Override
  public Model spec(Config config, TensorInfos tensors) {
    long width = config.number("hidden_size");
    long positions = config.number("max_position_embeddings", 2048);
    boolean preNorm = config.flag(PRE_NORM, true);
    Norm.Layer usual = Dsl.layerNorm(EPS);
    Norm norm = config.flag(AFFINE, true) ? usual : usual.plain();
    Frame frame = preNorm ? Dsl.block(norm) : Dsl.postNorm(norm);
    Heads attention = Dsl.mha(config.number("num_attention_heads"));
    Dense ffn =
        Dsl.mlp(config.number("ffn_dim"), Activations.read(config, "activation_function", "relu"));
    boolean biased = config.flag("enable_bias", true);
    Model model =
        Dsl.causal("opt", config.number("vocab_size"), width)
            .embed(tokens ->
                tokens
                    .width(config.number(PROJECTED, width))
                    .position(Dsl.learned(positions).offset(UNUSED))
                    .numbering(Tokens.Numbering.UNPADDED))
            .layers(
                config.number("num_hidden_layers"),
                biased
                    ? frame.attention(attention.biased()).ffn(ffn.biased())
                    : frame.attention(attention).ffn(ffn))
            .finalNorm(preNorm && !config.flag(NO_FINAL_NORM, false) ? norm : Norm.NONE)
            .heads(heads(config, width))
            .context(positions);
    return Roles.read(model, config, ROLES);
  }

  private static List<Head> heads(Config config, long width) {
    List<Head> heads =
        CausalHead.read(config, Dsl.lm().tied(config.flag("tie_word_embeddings", true)));
    boolean scores = heads.stream().anyMatch(head -> !(head instanceof Head.Lm));
    if (scores && config.number(PROJECTED, width) != width)
      throw config.invalid(
          PROJECTED, width + ": a classifier behind a projection is not described");
    return heads;
  }

  // ---- model to configuration

  @Override
  public Config config(Model model, Spelling spelling) {
    Outline outline = Outline.of(model);
    long width = outline.tower().dim();
    boolean preNorm =
        outline.tower().runs().stream()
            .limit(1)
            .noneMatch(run -> run.block().frame().normalisesStream());
    Config.Builder config =
        CausalHead.write(Config.builder(), model, "OPT", "OPTForCausalLM")
            .set("model_type", "opt")
            .set("vocab_size", outline.vocabulary())
            .set("hidden_size", width)
            .set(PROJECTED, model.tokens().map(Tokens::width).orElse(width))
            .set("num_hidden_layers", outline.tower().depth())
            .set("num_attention_heads", outline.heads().heads())
            .set("ffn_dim", outline.ffn().hidden())
            .set("activation_function", Activations.name(outline.ffn().activation()))
            .set("max_position_embeddings", outline.positions())
            .set(PRE_NORM, preNorm)
            .set(NO_FINAL_NORM, preNorm && Norm.NONE.equals(outline.tower().norm()))
            .set(AFFINE, outline.norm().hasGain())
            .set("enable_bias", !outline.heads().bias().isEmpty())
            .set("tie_word_embeddings", outline.tied());
    Roles.write(config, model, ROLES);
    return config.build();
  }

  // ---- tensors

  @Override
  public List<Row> rows(Model model) {
    List<Row> rows = new ArrayList<>();
    rows.add(ROWS.row("embed_tokens.weight", "embed.token.weight"));
    rows.add(ROWS.row("embed_positions.weight", "embed.position.weight"));
    rows.add(ROWS.row("project_in.weight", "embed.project_in.weight"));
    rows.add(ROWS.row("project_out.weight", "embed.project_out.weight"));
    String layer = "layers.{i}.", block = "decoder.{i}.";
    for (String part : List.of("q", "k", "v"))
      rows.addAll(
          ROWS.weightAndBias(layer + "self_attn." + part + "_proj", block + "attn." + part));
    rows.addAll(ROWS.weightAndBias(layer + "self_attn.out_proj", block + "attn.o"));
    rows.addAll(ROWS.weightAndBias(layer + "self_attn_layer_norm", block + "attn.norm"));
    rows.addAll(ROWS.weightAndBias(layer + "fc1", block + "ffn.up"));
    rows.addAll(ROWS.weightAndBias(layer + "fc2", block + "ffn.down"));
    rows.addAll(ROWS.weightAndBias(layer + "final_layer_norm", block + "ffn.norm"));
    rows.addAll(ROWS.weightAndBias("final_layer_norm", "decoder.norm"));
    rows.addAll(CausalHead.rows());
    return rows;
  }

  @Override
  public List<Preset> presets() {
    return Presets.of("opt-125m", "opt-350m");
  }
}
