package org.isomorph.architectures;

import static org.isomorph.dialect.Row.p;
import static org.isomorph.dialect.Row.row;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.Outline;
import org.isomorph.dialect.Preset;
import org.isomorph.dialect.Roles;
import org.isomorph.dialect.Row;
import org.isomorph.dialect.Spelling;
import org.isomorph.dialect.TensorInfos;
import org.isomorph.spec.Dsl;
import org.isomorph.spec.FeedForward;
import org.isomorph.spec.Frame;
import org.isomorph.spec.Head;
import org.isomorph.spec.Heads;
import org.isomorph.spec.Model;
import org.isomorph.spec.Role;
import org.isomorph.spec.Tokens;
import org.isomorph.spec.Tower;

/**
 * BART: an encoder and a decoder with norms behind their residuals, one token table, and a position
 * table each. Lewis et al., arXiv 1910.13461.
 */
public final class Bart implements Dialect {

  /** A bare BartModel is saved without the prefix. */
  private static final PrefixedRows ROWS = new PrefixedRows("model.");

  private static final String LOGITS_BIAS = "final_logits_bias";
  private static final List<ModelClass> CLASSES =
      List.of(ModelClass.of("BartForConditionalGeneration", "head"), ModelClass.of("BartModel"));
  private static final Role[] ROLES = {Role.BOS, Role.EOS, Role.PAD, Role.DECODER_START};

  /** The eps is fixed. */
  private static final double EPS = 1e-5;

  /** The first rows of a position table are never used. */
  private static final long UNUSED = 2;

  @Override
  public String name() {
    return "bart";
  }

  @Override
  public String summary() {
    return "BART: encoder and decoder with norms behind the residuals";
  }

  @Override
  public boolean reads(Config config) {
    return config.text("model_type", "").equals("bart");
  }

  // ---- configuration to model

  @Override
  public Model spec(Config config, TensorInfos tensors) {
    // The first configurations have these for other families that shared the code.
    Fixed.flag(config, "normalize_before", false);
    Fixed.flag(config, "add_final_layer_norm", false);
    Fixed.flag(config, "static_position_embeddings", false);
    Fixed.flag(config, "normalize_embedding", true);
    long dim = config.number("d_model");
    long positions = config.number("max_position_embeddings", 1024);
    double scale = config.flag("scale_embedding", false) ? Math.sqrt((double) dim) : 1;
    Frame frame = Dsl.postNorm(Dsl.layerNorm(EPS));
    UnaryOperator<Tokens> input =
        tokens ->
            tokens.scale(scale).position(Dsl.learned(positions).offset(UNUSED)).norm(frame.norm());
    Heads heads = heads(config, "decoder");
    Model model =
        Dsl.seq2seq(
                "bart",
                config.number("vocab_size"),
                dim,
                encoder ->
                    encoder
                        .embed(input)
                        .layers(
                            config.number("encoder_layers"),
                            frame.attention(heads(config, "encoder")).ffn(ffn(config, "encoder"))),
                decoder ->
                    decoder
                        .embed(input)
                        .layers(
                            config.number("decoder_layers"),
                            frame.attention(heads).cross(heads).ffn(ffn(config, "decoder"))))
            .heads(head(config, tensors))
            .context(positions);
    return Roles.read(model, config, ROLES);
  }

  private static Heads heads(Config config, String tower) {
    return Dsl.mha(config.number(tower + "_attention_heads")).biased();
  }

  private static FeedForward ffn(Config config, String tower) {
    return Dsl.mlp(
            config.number(tower + "_ffn_dim"),
            Activations.read(config, "activation_function", "gelu"))
        .biased();
  }

  /**
   * The bias of the logits is a buffer that no key speaks of and files may lack; where they do,
   * this key, which is Isomorph's own, keeps it in mind.
   */
  private static List<Head> head(Config config, TensorInfos tensors) {
    boolean lm = ModelClass.heads(config, CLASSES).contains("head") || tensors.has(LOGITS_BIAS);
    if (!lm) return List.of();
    Head.Lm plain = Dsl.lm().tied(config.flag("tie_word_embeddings", true));
    boolean biased =
        tensors.all().isPresent() ? tensors.has(LOGITS_BIAS) : config.flag(LOGITS_BIAS, true);
    return List.of(biased ? plain.biased() : plain);
  }

  // ---- model to configuration

  @Override
  public Config config(Model model, Spelling spelling) {
    Outline decoder = Outline.of(model);
    Outline encoder = Outline.of(model, model.tower("encoder").orElse(model.last()));
    Config.Builder config = Config.builder();
    ModelClass.write(config, model, CLASSES);
    config
        .set("model_type", "bart")
        .set("is_encoder_decoder", true)
        .set("vocab_size", decoder.vocabulary())
        .set("d_model", decoder.tower().dim());
    side(config, "encoder", encoder);
    side(config, "decoder", decoder);
    config
        .set("activation_function", Activations.name(decoder.ffn().activation()))
        .set("max_position_embeddings", decoder.positions())
        .set("scale_embedding", model.tokens().map(tokens -> tokens.scale() != 1).orElse(false))
        .set("tie_word_embeddings", decoder.tied());
    if (model.lm().isPresent() && !model.lm().get().bias()) config.set(LOGITS_BIAS, false);
    Roles.write(config, model, ROLES);
    return config.build();
  }

  private static void side(Config.Builder config, String name, Outline outline) {
    Tower tower = outline.tower();
    config
        .set(name + "_layers", tower.depth())
        .set(name + "_attention_heads", outline.heads().heads())
        .set(name + "_ffn_dim", outline.ffn().hidden());
  }

  // ---- tensors

  @Override
  public List<Row> rows(Model model) {
    List<Row> rows = new ArrayList<>();
    rows.add(ROWS.row("shared.weight", "embed.token.weight"));
    for (String tower : List.of("encoder", "decoder")) {
      rows.add(ROWS.row(tower + ".embed_positions.weight", tower + ".embed.position.weight"));
      rows.addAll(ROWS.weightAndBias(tower + ".layernorm_embedding", tower + ".embed.norm"));
      String layer = tower + ".layers.{i}.", block = tower + ".{i}.";
      attention(rows, layer + "self_attn", block + "attn");
      attention(rows, layer + "encoder_attn", block + "cross");
      rows.addAll(ROWS.weightAndBias(layer + "fc1", block + "ffn.up"));
      rows.addAll(ROWS.weightAndBias(layer + "fc2", block + "ffn.down"));
      rows.addAll(ROWS.weightAndBias(layer + "final_layer_norm", block + "ffn.norm"));
      // Some files repeat the shared table.
      for (String prefix : List.of(ROWS.prefix(), ""))
        rows.add(Row.copy(prefix + tower + ".embed_tokens.weight", "embed.token.weight"));
    }
    rows.add(row("lm_head.weight", "head.weight"));
    rows.add(row(LOGITS_BIAS, p("head.bias").split(0, 1, -1)));
    rows.add(Row.copy("lm_head.weight", "embed.token.weight"));
    // A number by which the first files tell their format.
    rows.add(Row.ignored("(model\\.)?(encoder|decoder)\\.version"));
    return rows;
  }

  private static void attention(List<Row> rows, String name, String parameter) {
    for (String part : List.of("q", "k", "v"))
      rows.addAll(ROWS.weightAndBias(name + "." + part + "_proj", parameter + "." + part));
    rows.addAll(ROWS.weightAndBias(name + ".out_proj", parameter + ".o"));
    rows.addAll(ROWS.weightAndBias(name + "_layer_norm", parameter + ".norm"));
  }

  @Override
  public List<Preset> presets() {
    return Presets.of("bart-large-cnn");
  }
}
