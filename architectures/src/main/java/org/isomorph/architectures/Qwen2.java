package org.isomorph.architectures;

import java.util.List;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.Preset;
import org.isomorph.dialect.Row;
import org.isomorph.dialect.Spelling;
import org.isomorph.dialect.TensorInfos;
import org.isomorph.spec.Heads;
import org.isomorph.spec.Model;
import org.isomorph.spec.Projection;

/** Qwen 2 and 2.5: LLaMA with biases on queries, keys and values. Yang et al., arXiv 2407.10671. */
public final class Qwen2 implements Dialect {
  private static final long USUAL_KEY_VALUE_HEADS = 32;

  @Override
  public String name() {
    return "qwen2";
  }

  @Override
  public String summary() {
    return "Qwen 2 and 2.5: LLaMA with biases on q, k and v";
  }

  @Override
  public List<String> aliases() {
    return List.of("qwen2.5");
  }

  @Override
  public boolean reads(Config config) {
    return config.text("model_type", "").equals("qwen2");
  }

  @Override
  public Model spec(Config config, TensorInfos tensors) {
    LlamaLike common = LlamaLike.reading(config);
    Heads attention =
        common.attention(USUAL_KEY_VALUE_HEADS, 0).biased(Projection.Q, Projection.K, Projection.V);
    return common.model(
        "qwen2", layer -> attention.window(SlidingLayers.window(config, layer)), _ -> common.ffn());
  }

  @Override
  public Config config(Model model, Spelling spelling) {
    Config.Builder config = LlamaLike.write(model, "qwen2", "Qwen2", spelling);
    SlidingLayers.write(config, model);
    return LlamaLike.withoutUsualHeadDim(config.build(), model);
  }

  @Override
  public List<Row> rows(Model model) {
    return LlamaLike.rows();
  }

  @Override
  public List<Preset> presets() {
    return Presets.of("qwen2-7b", "qwen2.5-0.5b");
  }
}
