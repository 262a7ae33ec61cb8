package org.isomorph.architectures;

import java.util.List;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.Outline;
import org.isomorph.dialect.Preset;
import org.isomorph.dialect.Row;
import org.isomorph.dialect.Spelling;
import org.isomorph.dialect.TensorInfos;
import org.isomorph.spec.Dsl;
import org.isomorph.spec.Heads;
import org.isomorph.spec.Model;

/**
 * Qwen 3, dense: LLaMA with a norm on each query and key head, and head dimensions of their own.
 * arXiv 2505.09388.
 */
public final class Qwen3 implements Dialect {
  private static final long USUAL_KEY_VALUE_HEADS = 32;
  private static final long USUAL_HEAD_DIM = 128;

  @Override
  public String name() {
    return "qwen3";
  }

  @Override
  public String summary() {
    return "Qwen 3, dense: LLaMA with q/k norms";
  }

  @Override
  public boolean reads(Config config) {
    return config.text("model_type", "").equals("qwen3");
  }

  @Override
  public Model spec(Config config, TensorInfos tensors) {
    LlamaLike common = LlamaLike.reading(config);
    Heads normed =
        common
            .attention(USUAL_KEY_VALUE_HEADS, USUAL_HEAD_DIM)
            .qkNorm(Dsl.rms(config.real("rms_norm_eps", 1e-6)));
    Heads attention = config.flag("attention_bias", false) ? normed.biased() : normed;
    return common.model(
        "qwen3", layer -> attention.window(SlidingLayers.window(config, layer)), _ -> common.ffn());
  }

  @Override
  public Config config(Model model, Spelling spelling) {
    Config.Builder config = LlamaLike.write(model, "qwen3", "Qwen3", spelling);
    config.set("attention_bias", !Outline.of(model).heads().bias().isEmpty());
    SlidingLayers.write(config, model);
    return config.build();
  }

  @Override
  public List<Row> rows(Model model) {
    return LlamaLike.rows(norms());
  }

  /** The rows of the norms of queries and keys. */
  static List<Row> norms() {
    return List.of(norm("q"), norm("k"));
  }

  private static Row norm(String part) {
    return Row.row(
        "model.layers.{i}.self_attn." + part + "_norm.weight",
        "decoder.{i}.attn." + part + "_norm.weight");
  }

  @Override
  public List<Preset> presets() {
    return Presets.of("qwen3-8b");
  }
}
