package org.isomorph.architectures;

import java.util.List;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.Outline;
import org.isomorph.dialect.Preset;
import org.isomorph.dialect.Row;
import org.isomorph.dialect.Spelling;
import org.isomorph.dialect.TensorInfos;
import org.isomorph.spec.Heads;
import org.isomorph.spec.Model;

/**
 * Mistral 7B: LLaMA with a sliding window in every layer (v0.1) or without (since v0.2). Jiang et
 * al., arXiv 2310.06825.
 */
public final class Mistral implements Dialect {
  private static final long USUAL_KEY_VALUE_HEADS = 8;

  @Override
  public String name() {
    return "mistral";
  }

  @Override
  public String summary() {
    return "Mistral 7B and its kind: LLaMA with an optional sliding window";
  }

  @Override
  public boolean reads(Config config) {
    return config.text("model_type", "").equals("mistral");
  }

  @Override
  public Model spec(Config config, TensorInfos tensors) {
    LlamaLike common = LlamaLike.reading(config);
    // A missing key means the first release's window; a null means none.
    Heads attention =
        common.attention(USUAL_KEY_VALUE_HEADS, 0).window(SlidingLayers.usual(config));
    return common.model("mistral", _ -> attention, _ -> common.ffn());
  }

  @Override
  public Config config(Model model, Spelling spelling) {
    Config.Builder config = LlamaLike.write(model, "mistral", "Mistral", spelling);
    SlidingLayers.write(config, Outline.of(model).heads().window());
    return config.build();
  }

  @Override
  public List<Row> rows(Model model) {
    return LlamaLike.rows();
  }

  @Override
  public List<Preset> presets() {
    return Presets.of("mistral-7b-v0.1", "mistral-7b-v0.3");
  }
}
