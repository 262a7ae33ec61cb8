package org.isomorph.architectures;

import static org.isomorph.dialect.Row.row;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.Preset;
import org.isomorph.dialect.Row;
import org.isomorph.dialect.Spelling;
import org.isomorph.dialect.TensorNames;
import org.isomorph.spec.AbsolutePosition;
import org.isomorph.spec.Activation;
import org.isomorph.spec.Dsl;
import org.isomorph.spec.Head;
import org.isomorph.spec.Model;
import org.isomorph.spec.Norm;
import org.isomorph.spec.Role;
import org.isomorph.spec.Tokens;

/**
 * BERT: an encoder with norms behind its residuals, learned positions and two segments. Devlin et
 * al., arXiv 1810.04805.
 *
 * <p>The class in {@code architectures} says which heads there are; files often hold more of them
 * than it says, and then those count too.
 */
public final class Bert implements Dialect {
  private static final String PREFIX = "bert.";
  private static final Role[] ROLES = {Role.BOS, Role.EOS, Role.PAD};

  /** A class, and the heads that it has. */
  private record Kind(String name, Set<String> heads) {
    static Kind of(Config config) {
      List<String> classes = config.texts("architectures");
      if (classes.isEmpty()) return BARE;
      return KINDS.stream()
          .filter(kind -> classes.contains(kind.name()))
          .findFirst()
          .orElseThrow(() ->
              config.invalid(
                  "architectures",
                  "one of " + String.join(", ", KINDS.stream().map(Kind::name).toList())));
    }
  }

  private static final Kind BARE = new Kind("BertModel", Set.of("pooler"));
  private static final Kind WHOLE = new Kind("BertForPreTraining", Set.of("pooler", "mlm", "nsp"));
  private static final List<Kind> KINDS =
      List.of(
          BARE,
          WHOLE,
          new Kind("BertForMaskedLM", Set.of("mlm")),
          new Kind("BertForNextSentencePrediction", Set.of("pooler", "nsp")));

  @Override
  public String name() {
    return "bert";
  }

  @Override
  public String summary() {
    return "BERT: an encoder, with its pooler, masked language model and next-sentence heads";
  }

  @Override
  public boolean reads(Config config) {
    return config.text("model_type", "").equals("bert");
  }

  @Override
  public Model spec(Config config, TensorNames names) {
    refuse(config, "is_decoder", false);
    refuse(config, "add_cross_attention", false);
    refuse(config, "tie_word_embeddings", true);
    if (!config.text("position_embedding_type", "absolute").equals("absolute"))
      throw config.invalid("position_embedding_type", "absolute");
    Norm norm = Dsl.layerNorm(config.real("layer_norm_eps", 1e-12));
    Activation activation = Activations.read(config, "hidden_act", "gelu");
    long positions = config.number("max_position_embeddings");
    Model model =
        Dsl.encoder("bert", config.number("vocab_size"), config.number("hidden_size"))
            .embed(tokens ->
                tokens
                    .position(Dsl.learned(positions))
                    .segments(config.number("type_vocab_size", 2))
                    .norm(norm))
            .layers(
                config.number("num_hidden_layers"),
                Dsl.postNorm(norm)
                    .attention(Dsl.mha(config.number("num_attention_heads")).biased())
                    .ffn(Dsl.mlp(config.number("intermediate_size"), activation).biased()))
            .heads(heads(Kind.of(config), names, new Head.Mlm(activation, norm)))
            .context(positions);
    return Roles.read(model, config, ROLES);
  }

  private static void refuse(Config config, String key, boolean described) {
    if (config.flag(key, described) != described)
      throw config.invalid(key, described + ": the other is not described");
  }

  /** Those of the class, and those that the files hold besides. */
  private static List<Head> heads(Kind kind, TensorNames names, Head mlm) {
    List<Head> heads = new ArrayList<>();
    boolean pooled = names.has("bert.pooler.dense.weight") || names.has("pooler.dense.weight");
    // A bare encoder is often saved without the pooler that its class has.
    boolean bare = kind.equals(BARE) && names.all().isPresent();
    if (pooled || (kind.heads().contains("pooler") && !bare)) heads.add(Dsl.pooler());
    if (kind.heads().contains("mlm") || names.has("cls.predictions.bias")) heads.add(mlm);
    if (kind.heads().contains("nsp") || names.has("cls.seq_relationship.weight"))
      heads.add(Dsl.nextSentence());
    return heads;
  }

  @Override
  public Config config(Model model, Spelling spelling) {
    Outline outline = Outline.of(model);
    long segments = model.tokens().map(Tokens::segments).orElse(0L);
    long positions =
        model.tokens().map(Tokens::position).orElse(AbsolutePosition.NONE)
                instanceof AbsolutePosition.Learned learned
            ? learned.max()
            : Math.max(1, model.context());
    Config.Builder config =
        Config.builder()
            .set("architectures", List.of(kind(model).name()))
            .set("model_type", "bert")
            .set("vocab_size", outline.vocabulary())
            .set("hidden_size", outline.tower().dim())
            .set("num_hidden_layers", outline.tower().depth())
            .set("num_attention_heads", outline.heads().heads())
            .set("intermediate_size", outline.ffn().hidden())
            .set("hidden_act", Activations.name(outline.ffn().activation()))
            .set("max_position_embeddings", positions)
            .set("type_vocab_size", segments)
            .set("layer_norm_eps", outline.eps())
            .set("is_decoder", false)
            .set("add_cross_attention", false)
            .set("tie_word_embeddings", true);
    Roles.write(config, model, ROLES);
    return config.build();
  }

  /** The class that has all heads of a model, or else one that has some. */
  private static Kind kind(Model model) {
    Set<String> labels = model.heads().stream().map(Head::label).collect(Collectors.toSet());
    return KINDS.stream()
        .filter(kind -> kind.heads().equals(labels))
        .findFirst()
        .orElse(labels.contains("mlm") ? WHOLE : BARE);
  }

  @Override
  public List<Row> rows(Model model) {
    List<Row> rows = new ArrayList<>();
    rows.add(stored("embeddings.word_embeddings.weight", "embed.token.weight"));
    rows.add(stored("embeddings.position_embeddings.weight", "embed.position.weight"));
    rows.add(stored("embeddings.token_type_embeddings.weight", "embed.segment.weight"));
    norm(rows, "embeddings.LayerNorm", "embed.norm");
    String layer = "encoder.layer.{i}.", block = "encoder.{i}.";
    linear(rows, layer + "attention.self.query", block + "attn.q");
    linear(rows, layer + "attention.self.key", block + "attn.k");
    linear(rows, layer + "attention.self.value", block + "attn.v");
    linear(rows, layer + "attention.output.dense", block + "attn.o");
    norm(rows, layer + "attention.output.LayerNorm", block + "attn.norm");
    linear(rows, layer + "intermediate.dense", block + "ffn.up");
    linear(rows, layer + "output.dense", block + "ffn.down");
    norm(rows, layer + "output.LayerNorm", block + "ffn.norm");
    linear(rows, "pooler.dense", "pooler");
    rows.addAll(Row.weightAndBias("cls.predictions.transform.dense", "mlm.dense"));
    String mlmNorm = "cls.predictions.transform.LayerNorm.";
    rows.add(row(mlmNorm + "weight", "mlm.norm.weight").alias(mlmNorm + "gamma"));
    rows.add(row(mlmNorm + "bias", "mlm.norm.bias").alias(mlmNorm + "beta"));
    rows.add(row("cls.predictions.bias", "mlm.bias"));
    rows.addAll(Row.weightAndBias("cls.seq_relationship", "nsp"));
    // Some files repeat the tied decoder and its bias.
    rows.add(Row.copy("cls.predictions.decoder.weight", "embed.token.weight"));
    rows.add(Row.copy("cls.predictions.decoder.bias", "mlm.bias"));
    // 0, 1, 2, ..., which old files hold as a buffer.
    rows.add(Row.ignored("(bert\\.)?embeddings\\.position_ids"));
    return rows;
  }

  private static void linear(List<Row> rows, String name, String parameter) {
    for (String part : List.of("weight", "bias"))
      rows.add(stored(name + "." + part, parameter + "." + part));
  }

  /** Files converted from TensorFlow call gain and bias of a norm gamma and beta. */
  private static void norm(List<Row> rows, String name, String parameter) {
    rows.add(
        stored(name + ".weight", parameter + ".weight")
            .alias(PREFIX + name + ".gamma")
            .alias(name + ".gamma"));
    rows.add(
        stored(name + ".bias", parameter + ".bias")
            .alias(PREFIX + name + ".beta")
            .alias(name + ".beta"));
  }

  /** A bare BertModel is saved without the prefix. */
  private static Row.Stored stored(String name, String parameter) {
    return row(PREFIX + name, parameter).alias(name);
  }

  @Override
  public List<Preset> presets() {
    return Presets.of("bert-base-uncased");
  }
}
