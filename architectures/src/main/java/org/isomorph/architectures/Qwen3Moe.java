package org.isomorph.architectures;

import java.util.List;
import java.util.OptionalLong;
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

/** Qwen 3 MoE: Qwen 3 with many small experts and none shared. arXiv 2505.09388. */
public final class Qwen3Moe implements Dialect {
  private static final long USUAL_KEY_VALUE_HEADS = 4;

  @Override
  public String name() {
    return "qwen3-moe";
  }

  @Override
  public String summary() {
    return "Qwen 3 MoE: Qwen 3 with a mixture of experts";
  }

  @Override
  public boolean reads(Config config) {
    return config.text("model_type", "").equals("qwen3_moe");
  }

  @Override
  public Model spec(Config config, TensorInfos tensors) {
    LlamaLike common = LlamaLike.reading(config);
    QwenMixture experts = QwenMixture.reading(config);
    // All layers have the window, or none.
    OptionalLong window = SlidingLayers.window(config, 0, () -> true);
    Heads normed =
        common
            .attention(USUAL_KEY_VALUE_HEADS, 0)
            .qkNorm(Dsl.rms(config.real("rms_norm_eps", 1e-6)))
            .window(window);
    Heads attention = config.flag("attention_bias", false) ? normed.biased() : normed;
    return common.model(
        "qwen3-moe",
        _ -> attention,
        layer -> experts.layer(layer, common::ffn, () -> experts.mixture(128, 8, 768)));
  }

  @Override
  public Config config(Model model, Spelling spelling) {
    Config.Builder config = LlamaLike.write(model, "qwen3_moe", "Qwen3Moe", spelling);
    QwenMixture.write(config, model);
    Heads heads = Outline.of(model).heads();
    config
        .set("attention_bias", !heads.bias().isEmpty())
        .set("use_sliding_window", heads.window().isPresent());
    SlidingLayers.write(config, heads.window());
    return config.build();
  }

  @Override
  public List<Row> rows(Model model) {
    return LlamaLike.rows(Qwen3.norms(), QwenMixture.rows());
  }

  @Override
  public List<Preset> presets() {
    return Presets.of("qwen3-30b-a3b", "qwen3-235b-a22b");
  }
}
