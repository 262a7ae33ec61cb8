package org.isomorph.architectures;

import static org.isomorph.dialect.Row.row;

import java.util.ArrayList;
import java.util.List;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.Preset;
import org.isomorph.dialect.Row;
import org.isomorph.dialect.Spelling;
import org.isomorph.dialect.TensorNames;
import org.isomorph.spec.Activation;
import org.isomorph.spec.Dsl;
import org.isomorph.spec.FeedForward;
import org.isomorph.spec.Gated;
import org.isomorph.spec.Head;
import org.isomorph.spec.Heads;
import org.isomorph.spec.Model;
import org.isomorph.spec.Norm;
import org.isomorph.spec.RelativePosition;
import org.isomorph.spec.Role;
import org.isomorph.spec.Tower;

/**
 * T5: an encoder and a decoder with learned biases for buckets of distances. Raffel et al., arXiv
 * 1910.10683; T5 1.1 and Flan-T5 (arXiv 2210.11416) have gated feed-forward layers and a head of
 * their own.
 */
public final class T5 implements Dialect {
  private static final String HEAD = "lm_head.weight";
  private static final String GATED = "gated-";
  private static final Role[] ROLES = {Role.BOS, Role.EOS, Role.PAD, Role.DECODER_START};
  private static final RelativePosition.Buckets USUAL = Dsl.buckets(32, 128);

  @Override
  public String name() {
    return "t5";
  }

  @Override
  public String summary() {
    return "T5, T5 1.1 and Flan-T5";
  }

  @Override
  public List<String> aliases() {
    return List.of("flan-t5");
  }

  @Override
  public boolean reads(Config config) {
    return config.text("model_type", "").equals("t5");
  }

  // ---- configuration to model

  @Override
  public Model spec(Config config, TensorNames names) {
    List<String> classes = config.texts("architectures");
    if (!classes.isEmpty()
        && !classes.contains("T5ForConditionalGeneration")
        && !classes.contains("T5WithLMHeadModel"))
      throw config.invalid("architectures", "T5ForConditionalGeneration");
    long dim = config.number("d_model");
    Norm norm = Dsl.rms(config.real("layer_norm_epsilon", 1e-6));
    // Scores are not scaled: the initial weights were.
    Heads plain = Dsl.mha(config.number("num_heads")).headDim(config.number("d_kv", 64)).scale(1);
    Heads self =
        plain.position(
            Dsl.buckets(
                config.number("relative_attention_num_buckets", USUAL.buckets()),
                config.number("relative_attention_max_distance", USUAL.maxDistance())));
    FeedForward ffn = ffn(config);
    long layers = config.number("num_layers");
    long decoderLayers = config.number("num_decoder_layers", layers);
    Model model =
        Dsl.seq2seq(
                "t5",
                config.number("vocab_size"),
                dim,
                encoder -> encoder.layers(layers, Dsl.block(norm).attention(self).ffn(ffn)),
                decoder ->
                    decoder.layers(
                        decoderLayers, Dsl.block(norm).attention(self).cross(plain).ffn(ffn)))
            .head(head(config, names, dim))
            .context(config.number("n_positions", 0));
    return Roles.read(model, config, ROLES);
  }

  private static FeedForward ffn(Config config) {
    String projection = config.text("feed_forward_proj", "relu");
    long hidden = config.number("d_ff");
    // By decree of the authors' code, a gated GELU is the approximated one.
    if (projection.equals("gated-gelu")) return Dsl.gated(hidden, Activation.GELU_TANH);
    boolean gated = projection.startsWith(GATED);
    Activation activation =
        Activations.named(gated ? projection.substring(GATED.length()) : projection)
            .orElseThrow(() ->
                config.invalid("feed_forward_proj", "an activation, or gated- and an activation"));
    return gated ? Dsl.gated(hidden, activation) : Dsl.mlp(hidden, activation);
  }

  /**
   * Whether the head is tied is for the files to say: T5 1.1's have one, whatever their
   * configuration says. Whether it is scaled is for the configuration.
   */
  private static Head.Lm head(Config config, TensorNames names, long dim) {
    boolean says = config.flag("tie_word_embeddings", true);
    boolean tied = names.all().isPresent() ? names.lack(HEAD) : says;
    boolean scaled = config.flag("scale_decoder_outputs", says);
    return Dsl.lm().tied(tied).scale(scaled ? scale(dim) : 1);
  }

  private static double scale(long dim) {
    return Math.pow((double) dim, -0.5);
  }

  // ---- model to configuration

  @Override
  public Config config(Model model, Spelling spelling) {
    Outline outline = Outline.of(model);
    Heads heads = outline.heads();
    RelativePosition.Buckets buckets =
        heads.position() instanceof RelativePosition.Buckets found ? found : USUAL;
    boolean scaled = model.lm().map(lm -> lm.scale() != 1).orElse(false);
    Config.Builder config =
        Config.builder()
            .set("architectures", List.of("T5ForConditionalGeneration"))
            .set("model_type", "t5")
            .set("is_encoder_decoder", true)
            .set("vocab_size", outline.vocabulary())
            .set("d_model", outline.tower().dim())
            .set("d_kv", heads.headDim())
            .set("d_ff", outline.ffn().hidden())
            .set("num_layers", model.tower("encoder").map(Tower::depth).orElse(1L))
            .set("num_decoder_layers", outline.tower().depth())
            .set("num_heads", heads.heads())
            .set("relative_attention_num_buckets", buckets.buckets())
            .set("relative_attention_max_distance", buckets.maxDistance())
            .set("layer_norm_epsilon", outline.eps())
            .set("feed_forward_proj", projection(outline.ffn()))
            .set("tie_word_embeddings", outline.tied());
    // Before version 5 there was no such key: a head was scaled if it was tied.
    if (spelling == Spelling.SINCE_5 || scaled != outline.tied())
      config.set("scale_decoder_outputs", scaled);
    if (model.context() != 0) config.set("n_positions", model.context());
    Roles.write(config, model, ROLES);
    return config.build();
  }

  private static String projection(FeedForward.Single ffn) {
    if (!(ffn instanceof Gated)) return Activations.name(ffn.activation());
    return ffn.activation() == Activation.GELU_TANH
        ? "gated-gelu"
        : GATED + Activations.name(ffn.activation());
  }

  // ---- tensors

  @Override
  public List<Row> rows(Model model) {
    boolean gated = Outline.of(model).ffn() instanceof Gated;
    List<Row> rows = new ArrayList<>();
    rows.add(row("shared.weight", "embed.token.weight"));
    for (String tower : List.of("encoder", "decoder")) {
      String block = tower + ".block.{i}.layer.";
      String layer = tower + ".{i}.";
      attention(rows, block + "0", "SelfAttention", layer + "attn");
      // Only the first block has a table, which all blocks read.
      rows.add(
          row(
              block + "0.SelfAttention.relative_attention_bias.weight",
              layer + "attn.buckets.weight"));
      if (tower.equals("decoder")) attention(rows, block + "1", "EncDecAttention", layer + "cross");
      ffn(rows, block + (tower.equals("encoder") ? "1" : "2"), layer + "ffn", gated);
      rows.add(row(tower + ".final_layer_norm.weight", tower + ".norm.weight"));
      // Old files repeat the shared table.
      rows.add(Row.copy(tower + ".embed_tokens.weight", "embed.token.weight"));
    }
    rows.add(row(HEAD, "head.weight"));
    // A table of the first published files that no version of the code has read.
    rows.add(
        Row.ignored(
            "decoder\\.block\\.0\\.layer\\.1\\.EncDecAttention\\.relative_attention_bias\\.weight"));
    return rows;
  }

  private static void attention(List<Row> rows, String block, String name, String parameter) {
    rows.add(row(block + ".layer_norm.weight", parameter + ".norm.weight"));
    for (String part : List.of("q", "k", "v", "o"))
      rows.add(
          row(block + "." + name + "." + part + ".weight", parameter + "." + part + ".weight"));
  }

  private static void ffn(List<Row> rows, String block, String parameter, boolean gated) {
    String dense = block + ".DenseReluDense.";
    rows.add(row(block + ".layer_norm.weight", parameter + ".norm.weight"));
    if (gated) rows.add(row(dense + "wi_0.weight", parameter + ".gate.weight"));
    rows.add(row(dense + (gated ? "wi_1" : "wi") + ".weight", parameter + ".up.weight"));
    rows.add(row(dense + "wo.weight", parameter + ".down.weight"));
  }

  @Override
  public List<Preset> presets() {
    return Presets.of("t5-base", "flan-t5-base");
  }
}
