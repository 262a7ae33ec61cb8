package org.isomorph.architectures;

import static org.isomorph.dialect.Row.row;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Row;
import org.isomorph.dialect.Spelling;
import org.isomorph.spec.Dsl;
import org.isomorph.spec.FeedForward;
import org.isomorph.spec.Frame;
import org.isomorph.spec.Gated;
import org.isomorph.spec.Head;
import org.isomorph.spec.Heads;
import org.isomorph.spec.Model;
import org.isomorph.spec.Role;

/**
 * What LLaMA and its many descendants have in common: pre-norm RMS blocks of rotary attention and a
 * gated feed-forward layer, and the names of their tensors. Each family says only what it does
 * differently.
 */
final class LlamaLike {
  static final Role[] ROLES = {Role.BOS, Role.EOS, Role.PAD};

  private final Config config;

  private LlamaLike(Config config) {
    this.config = config;
  }

  static LlamaLike reading(Config config) {
    return new LlamaLike(config);
  }

  // ---- configuration to model

  long width() {
    return config.number("hidden_size");
  }

  long layers() {
    return config.number("num_hidden_layers");
  }

  long context() {
    return config.number("max_position_embeddings", 0);
  }

  /**
   * Attention with rotary positions, without biases.
   *
   * @param keyValueHeads what the family takes where the configuration does not say
   * @param headDim likewise; 0 for width over heads
   */
  Heads attention(long keyValueHeads, long headDim) {
    Heads heads =
        Dsl.gqa(
            config.number("num_attention_heads"),
            config.number("num_key_value_heads", keyValueHeads));
    return heads
        .headDim(config.number("head_dim", headDim))
        .position(RopeKeys.read(config, 10_000, context()));
  }

  /**
   * As {@link #attention(long, long)}, with as many key heads as query heads where the
   * configuration does not say.
   */
  Heads attention() {
    return attention(config.number("num_attention_heads"), 0);
  }

  Gated ffn() {
    return Dsl.gated(
        config.number("intermediate_size"), Activations.read(config, "hidden_act", "silu"));
  }

  /** The model whose layers have these mixers. */
  Model model(String name, LongFunction<Heads> attention, LongFunction<FeedForward> ffn) {
    return model(name, Dsl.block(Dsl.rms(config.real("rms_norm_eps", 1e-6))), attention, ffn);
  }

  /** The model whose layers have these mixers in frames of this kind. */
  Model model(
      String name, Frame frame, LongFunction<Heads> attention, LongFunction<FeedForward> ffn) {
    Model model =
        Dsl.causal(name, config.number("vocab_size"), width())
            .layers(
                layers(), layer -> frame.attention(attention.apply(layer)).ffn(ffn.apply(layer)))
            .finalNorm(frame.norm())
            .head(head())
            .context(context());
    return Roles.read(model, config, ROLES);
  }

  /** A language model's head, or what {@code architectures} says is there in its place. */
  Head head() {
    return Labels.head(config)
        .orElseGet(() -> Dsl.lm().tied(config.flag("tie_word_embeddings", false)));
  }

  // ---- model to configuration

  /** The keys that all these families have, in transformers' order of importance. */
  static Config.Builder write(
      Model model, String modelType, String classPrefix, Spelling spelling) {
    Outline outline = Outline.of(model);
    Config.Builder config = Config.builder();
    config.set("architectures", List.of(classPrefix + Labels.suffix(model)));
    config.set("model_type", modelType);
    config.set("vocab_size", outline.vocabulary());
    config.set("hidden_size", outline.tower().dim());
    config.set("intermediate_size", outline.ffn().hidden());
    config.set("num_hidden_layers", outline.tower().depth());
    config.set("num_attention_heads", outline.heads().heads());
    config.set("num_key_value_heads", outline.heads().keyValueHeads());
    config.set("head_dim", outline.heads().headDim());
    config.set("hidden_act", Activations.name(outline.ffn().activation()));
    if (model.context() != 0) config.set("max_position_embeddings", model.context());
    config.set("rms_norm_eps", outline.eps());
    RopeKeys.write(config, outline.rope(), spelling);
    config.set("tie_word_embeddings", outline.tied());
    Labels.write(config, model);
    Roles.write(config, model, ROLES);
    return config;
  }

  // ---- tensors

  /** The rows of a family with separate projections. */
  static List<Row> rows() {
    return withQkv(rowsBesideQkv());
  }

  /** The rows of everything but the gate and up projections, which some families fuse. */
  static List<Row> rowsBesideGateUp() {
    return withQkv(rowsWith(List.of("down")));
  }

  private static List<Row> withQkv(List<Row> others) {
    List<Row> rows = new ArrayList<>(others);
    for (String part : List.of("q", "k", "v")) {
      rows.addAll(
          Row.weightAndBias(
              "model.layers.{i}.self_attn." + part + "_proj", "decoder.{i}.attn." + part));
    }
    return rows;
  }

  /** The rows of everything but queries, keys and values, which some families fuse. */
  static List<Row> rowsBesideQkv() {
    return rowsWith(List.of("gate", "up", "down"));
  }

  private static List<Row> rowsWith(List<String> projections) {
    List<Row> rows = new ArrayList<>();
    rows.add(row("model.embed_tokens.weight", "embed.token.weight"));
    rows.add(row("model.layers.{i}.input_layernorm.weight", "decoder.{i}.attn.norm.weight"));
    rows.addAll(Row.weightAndBias("model.layers.{i}.self_attn.o_proj", "decoder.{i}.attn.o"));
    rows.add(
        row("model.layers.{i}.post_attention_layernorm.weight", "decoder.{i}.ffn.norm.weight"));
    for (String part : projections)
      rows.addAll(
          Row.weightAndBias("model.layers.{i}.mlp." + part + "_proj", "decoder.{i}.ffn." + part));
    rows.add(row("model.norm.weight", "decoder.norm.weight"));
    rows.add(row("lm_head.weight", "head.weight"));
    rows.add(row("score.weight", "reward.weight"));
    rows.add(row("score.weight", "classes.weight"));
    // Some files repeat the tied head; early LLaMA files hold the rotary frequencies, which follow
    // from the configuration.
    rows.add(Row.copy("lm_head.weight", "embed.token.weight"));
    rows.add(Row.ignored("model\\.layers\\.\\d+\\.self_attn\\.rotary_emb\\.inv_freq"));
    return rows;
  }
}
