package org.isomorph.architectures;

import static org.isomorph.dialect.Row.p;
import static org.isomorph.dialect.Row.row;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Outline;
import org.isomorph.dialect.Roles;
import org.isomorph.dialect.Row;
import org.isomorph.dialect.Spelling;
import org.isomorph.layout.Packings;
import org.isomorph.spec.Attention;
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
  private static final String PREFIX = "model.";

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

  /** Blocks with a norm before each mixer. */
  Frame block() {
    return Dsl.block(Dsl.rms(config.real("rms_norm_eps", 1e-6)));
  }

  /** A language model's head, tied if the configuration says so. */
  Head.Lm lm() {
    return Dsl.lm().tied(config.flag("tie_word_embeddings", false));
  }

  /** The model whose layers have these mixers. */
  Model model(
      String name, LongFunction<? extends Attention> attention, LongFunction<FeedForward> ffn) {
    return model(name, block(), lm(), attention, ffn);
  }

  /** As above, with norms and a language model's head that are the family's own. */
  Model model(
      String name,
      Frame frame,
      Head.Lm lm,
      LongFunction<? extends Attention> attention,
      LongFunction<FeedForward> ffn) {
    Model model =
        Dsl.causal(name, config.number("vocab_size"), width())
            .layers(
                layers(), layer -> frame.attention(attention.apply(layer)).ffn(ffn.apply(layer)))
            .finalNorm(frame.norm())
            .heads(CausalHead.read(config, lm))
            .context(context());
    return Roles.read(model, config, ROLES);
  }

  // ---- model to configuration

  /** The keys that all these families have, in transformers' order of importance. */
  static Config.Builder write(
      Model model, String modelType, String classPrefix, Spelling spelling) {
    Outline outline = Outline.of(model);
    Config.Builder config = Config.builder();
    CausalHead.write(config, model, classPrefix, classPrefix + "ForCausalLM");
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
    Roles.write(config, model, ROLES);
    return config;
  }

  /**
   * Without the head dimension where it is the usual one: only some versions of some families' code
   * read it.
   */
  static Config withoutUsualHeadDim(Config written, Model model) {
    Outline outline = Outline.of(model);
    boolean usual = outline.heads().queryDim() == outline.tower().dim();
    return usual ? written.without(List.of("head_dim")) : written;
  }

  // ---- tensors

  /** The rows of a family with separate projections, and those that it has besides. */
  @SafeVarargs
  static List<Row> rows(List<? extends Row>... besides) {
    List<Row> rows = new ArrayList<>(around());
    rows.addAll(norms());
    rows.addAll(attention("q", "k", "v", "o"));
    rows.addAll(ffn("gate", "up", "down"));
    for (List<? extends Row> each : besides) rows.addAll(each);
    return table(rows);
  }

  /** The rows of what stands around the layers, and of what is no parameter. */
  static List<Row> around() {
    List<Row> rows = new ArrayList<>();
    rows.add(row("model.embed_tokens.weight", "embed.token.weight"));
    rows.add(row("model.norm.weight", "decoder.norm.weight"));
    rows.addAll(CausalHead.rows());
    // Early files hold the rotary frequencies, which follow from the configuration.
    rows.add(Row.ignored("(model\\.)?layers\\.\\d+\\.self_attn\\.rotary_emb\\.inv_freq"));
    return rows;
  }

  /** The rows of the norms before the mixers, which the first Yi files number. */
  static List<Row> norms() {
    String layer = "model.layers.{i}.";
    return List.of(
        row(layer + "input_layernorm.weight", "decoder.{i}.attn.norm.weight")
            .alias(layer + "ln1.weight"),
        row(layer + "post_attention_layernorm.weight", "decoder.{i}.ffn.norm.weight")
            .alias(layer + "ln2.weight"));
  }

  /** The rows of some projections of attention. */
  static List<Row> attention(String... parts) {
    return projections("self_attn", "attn", parts);
  }

  /** The rows of some projections of a feed-forward layer. */
  static List<Row> ffn(String... parts) {
    return projections("mlp", "ffn", parts);
  }

  /** The row of gate and up projections that are one. */
  static List<Row> gateUp() {
    return List.of(
        row(
            "model.layers.{i}.mlp.gate_up_proj.weight",
            Packings.gateUp(p("decoder.{i}.ffn.gate.weight"), p("decoder.{i}.ffn.up.weight"))));
  }

  private static List<Row> projections(String stored, String mixer, String... parts) {
    List<Row> rows = new ArrayList<>();
    for (String part : parts)
      rows.addAll(
          Row.weightAndBias(
              "model.layers.{i}." + stored + "." + part + "_proj",
              "decoder.{i}." + mixer + "." + part));
    return rows;
  }

  /** All these rows. Files of a model that was saved without its head lack the prefix. */
  @SafeVarargs
  static List<Row> table(List<? extends Row>... parts) {
    List<Row> rows = new ArrayList<>();
    for (List<? extends Row> part : parts) rows.addAll(part);
    rows.replaceAll(row ->
        row instanceof Row.Stored stored && stored.name().toString().startsWith(PREFIX)
            ? stored.alias(stored.name().toString().substring(PREFIX.length()))
            : row);
    return rows;
  }
}
