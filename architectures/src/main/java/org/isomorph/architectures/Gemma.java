package org.isomorph.architectures;

import java.util.List;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.Outline;
import org.isomorph.dialect.Preset;
import org.isomorph.dialect.Roles;
import org.isomorph.dialect.Row;
import org.isomorph.dialect.Spelling;
import org.isomorph.dialect.TensorInfos;
import org.isomorph.spec.Activation;
import org.isomorph.spec.Dsl;
import org.isomorph.spec.Gated;
import org.isomorph.spec.Head;
import org.isomorph.spec.Heads;
import org.isomorph.spec.Model;
import org.isomorph.spec.Norm;

/**
 * Gemma 1: LLaMA with gated GELUs, gains stored less one, embeddings multiplied by the root of the
 * width, and a tied head. arXiv 2403.08295.
 */
public final class Gemma implements Dialect {
  private static final String USUAL_ACTIVATION = "gelu_pytorch_tanh";
  private static final long USUAL_HEAD_DIM = 256;

  @Override
  public String name() {
    return "gemma";
  }

  @Override
  public String summary() {
    return "Gemma 1: gated GELUs, gains stored less one, scaled embeddings";
  }

  @Override
  public boolean reads(Config config) {
    return config.text("model_type", "").equals("gemma");
  }

  // ---- configuration to model

  @Override
  public Model spec(Config config, TensorInfos tensors) {
    LlamaLike common = LlamaLike.reading(config);
    // Version 4 of transformers reads hidden_activation; version 5 hidden_act, in which the first
    // releases said gelu and meant the approximation.
    String key = config.has("hidden_activation") ? "hidden_activation" : "hidden_act";
    boolean legacy = key.equals("hidden_act") && config.text(key, "").equals("gelu");
    Gated ffn = legacy ? Dsl.geglu(config.number("intermediate_size")) : ffn(config, key);
    Heads attention = attention(config, 16);
    return scaled(
        common.model("gemma", Dsl.block(norm(config)), lm(config), _ -> attention, _ -> ffn));
  }

  /** Attention as all Gemmas have it; the number of key heads is for those that do not say. */
  static Heads attention(Config config, long keyValueHeads) {
    if (config.flag("use_bidirectional_attention", false))
      throw config.invalid(
          "use_bidirectional_attention", "false: a Gemma that sees what follows is not described");
    Heads attention = LlamaLike.reading(config).attention(keyValueHeads, USUAL_HEAD_DIM);
    return config.flag("attention_bias", false) ? attention.biased() : attention;
  }

  static Gated ffn(Config config, String key) {
    return Dsl.gated(
        config.number("intermediate_size"), Activations.read(config, key, USUAL_ACTIVATION));
  }

  static Norm norm(Config config) {
    return Dsl.rms(config.real("rms_norm_eps", 1e-6)).unitOffset();
  }

  /** Where the configuration is silent, the head is tied. */
  static Head.Lm lm(Config config) {
    return Dsl.lm().tied(config.flag("tie_word_embeddings", true));
  }

  /** The model with its embeddings multiplied by the root of the width. */
  static Model scaled(Model model) {
    return model.embed(tokens -> tokens.scale(Math.sqrt((double) model.last().dim())));
  }

  // ---- model to configuration

  @Override
  public Config config(Model model, Spelling spelling) {
    Outline outline = Outline.of(model);
    String activation = activation(outline);
    Config.Builder config = LlamaLike.write(model, "gemma", "Gemma", spelling);
    return Roles.writeLacking(config, model, LlamaLike.ROLES)
        .set("hidden_act", activation)
        .set("hidden_activation", activation)
        .set("attention_bias", !outline.heads().bias().isEmpty())
        .build();
  }

  /** The name by which Gemma's configurations call the activation. */
  static String activation(Outline outline) {
    Activation activation = outline.ffn().activation();
    return activation == Activation.GELU_TANH ? USUAL_ACTIVATION : Activations.name(activation);
  }

  // ---- tensors

  @Override
  public List<Row> rows(Model model) {
    return LlamaLike.rows();
  }

  @Override
  public List<Preset> presets() {
    return Presets.of("gemma-2b", "gemma-7b");
  }
}
