package org.isomorph.architectures;

import static org.isomorph.dialect.Row.row;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Outline;
import org.isomorph.dialect.Roles;
import org.isomorph.dialect.Row;
import org.isomorph.dialect.TensorInfos;
import org.isomorph.spec.Activation;
import org.isomorph.spec.Dsl;
import org.isomorph.spec.Head;
import org.isomorph.spec.Model;
import org.isomorph.spec.Norm;
import org.isomorph.spec.Role;
import org.isomorph.spec.Tokens;

/**
 * What BERT and its descendants have in common: an encoder with norms behind its residuals, and the
 * names of its tensors. Each family says how tokens get their positions, and which heads it has.
 */
final class BertLike {
  private static final Role[] ROLES = {Role.BOS, Role.EOS, Role.PAD};

  private final Config config;

  private BertLike(Config config) {
    this.config = config;
  }

  /** Reads an encoder, and refuses what is none. */
  static BertLike reading(Config config) {
    Fixed.flag(config, "is_decoder", false);
    Fixed.flag(config, "add_cross_attention", false);
    Fixed.flag(config, "tie_word_embeddings", true);
    if (!config.text("position_embedding_type", "absolute").equals("absolute"))
      throw config.invalid("position_embedding_type", "absolute");
    return new BertLike(config);
  }

  // ---- configuration to model

  Norm norm() {
    return Dsl.layerNorm(config.real("layer_norm_eps", 1e-12));
  }

  Activation activation() {
    return Activations.read(config, "hidden_act", "gelu");
  }

  /** Rows of the position table. */
  long positions() {
    return config.number("max_position_embeddings");
  }

  /** The encoder, whose input is given its positions by {@code positioned}. */
  Model model(String name, UnaryOperator<Tokens> positioned, List<Head> heads) {
    Norm norm = norm();
    Model model =
        Dsl.encoder(name, config.number("vocab_size"), config.number("hidden_size"))
            .embed(tokens ->
                positioned.apply(tokens).segments(config.number("type_vocab_size", 2)).norm(norm))
            .layers(
                config.number("num_hidden_layers"),
                Dsl.postNorm(norm)
                    .attention(Dsl.mha(config.number("num_attention_heads")).biased())
                    .ffn(Dsl.mlp(config.number("intermediate_size"), activation()).biased()))
            .heads(heads);
    return Roles.read(model, config, ROLES);
  }

  /** Whether there is a pooler, by the heads of the class or because the files hold one. */
  static boolean pools(Set<String> heads, TensorInfos tensors, String prefix) {
    boolean stored =
        tensors.has(prefix + "pooler.dense.weight") || tensors.has("pooler.dense.weight");
    // A bare encoder is often saved without the pooler that its class has.
    boolean bare = heads.equals(Set.of("pooler")) && tensors.all().isPresent();
    return stored || (heads.contains("pooler") && !bare);
  }

  // ---- model to configuration

  /**
   * The keys that all these families have.
   *
   * @param positions rows of the position table
   */
  static Config.Builder write(
      Model model, String modelType, List<ModelClass> classes, long positions) {
    Outline outline = Outline.of(model);
    Config.Builder config = Config.builder();
    ModelClass.write(config, model, classes);
    config
        .set("model_type", modelType)
        .set("vocab_size", outline.vocabulary())
        .set("hidden_size", outline.tower().dim())
        .set("num_hidden_layers", outline.tower().depth())
        .set("num_attention_heads", outline.heads().heads())
        .set("intermediate_size", outline.ffn().hidden())
        .set("hidden_act", Activations.name(outline.ffn().activation()))
        .set("max_position_embeddings", positions)
        .set("type_vocab_size", model.tokens().map(Tokens::segments).orElse(0L))
        .set("layer_norm_eps", outline.eps())
        .set("is_decoder", false)
        .set("add_cross_attention", false)
        .set("tie_word_embeddings", true);
    Roles.write(config, model, ROLES);
    return config;
  }

  // ---- tensors

  /** The rows of the encoder and its pooler; a bare encoder is saved without the prefix. */
  static List<Row> rows(String prefix) {
    Rows rows = new Rows(prefix, new ArrayList<>());
    rows.stored("embeddings.word_embeddings.weight", "embed.token.weight");
    rows.stored("embeddings.position_embeddings.weight", "embed.position.weight");
    rows.stored("embeddings.token_type_embeddings.weight", "embed.segment.weight");
    rows.norm("embeddings.LayerNorm", "embed.norm");
    String layer = "encoder.layer.{i}.", block = "encoder.{i}.";
    rows.linear(layer + "attention.self.query", block + "attn.q");
    rows.linear(layer + "attention.self.key", block + "attn.k");
    rows.linear(layer + "attention.self.value", block + "attn.v");
    rows.linear(layer + "attention.output.dense", block + "attn.o");
    rows.norm(layer + "attention.output.LayerNorm", block + "attn.norm");
    rows.linear(layer + "intermediate.dense", block + "ffn.up");
    rows.linear(layer + "output.dense", block + "ffn.down");
    rows.norm(layer + "output.LayerNorm", block + "ffn.norm");
    rows.linear("pooler.dense", "pooler");
    // 0, 1, 2, ..., which old files hold as a buffer.
    rows.rows().add(Row.ignored("(" + prefix + ")?embeddings\\.position_ids"));
    return rows.rows();
  }

  private record Rows(String prefix, List<Row> rows) {
    Row.Stored one(String name, String parameter) {
      return row(prefix + name, parameter).alias(name);
    }

    void stored(String name, String parameter) {
      rows.add(one(name, parameter));
    }

    void linear(String name, String parameter) {
      for (String part : List.of("weight", "bias"))
        stored(name + "." + part, parameter + "." + part);
    }

    /** Files converted from TensorFlow call gain and bias of a norm gamma and beta. */
    void norm(String name, String parameter) {
      rows.add(
          one(name + ".weight", parameter + ".weight")
              .alias(prefix + name + ".gamma")
              .alias(name + ".gamma"));
      rows.add(
          one(name + ".bias", parameter + ".bias")
              .alias(prefix + name + ".beta")
              .alias(name + ".beta"));
    }
  }
}
