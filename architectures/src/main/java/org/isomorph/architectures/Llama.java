package org.isomorph.architectures;

import java.util.List;
import java.util.Set;
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
 * LLaMA 1, 2, 3 and 3.1, and the many that are LLaMA by another name: Yi, DeepSeek LLM. Touvron et
 * al., arXiv 2302.13971.
 */
public final class Llama implements Dialect {
  @Override
  public String name() {
    return "llama";
  }

  @Override
  public String summary() {
    return "LLaMA 1, 2, 3, 3.1; Yi and DeepSeek LLM";
  }

  @Override
  public List<String> aliases() {
    return List.of("yi", "deepseek-llm");
  }

  /** The first Yi files have a type of their own. */
  @Override
  public boolean reads(Config config) {
    return Set.of("llama", "Yi").contains(config.text("model_type", ""));
  }

  @Override
  public Model spec(Config config, TensorInfos tensors) {
    LlamaLike common = LlamaLike.reading(config);
    Heads plain = common.attention();
    Heads attention = config.flag("attention_bias", false) ? plain.biased() : plain;
    var ffn = config.flag("mlp_bias", false) ? common.ffn().biased() : common.ffn();
    return common.model("llama", _ -> attention, _ -> ffn);
  }

  @Override
  public Config config(Model model, Spelling spelling) {
    Outline outline = Outline.of(model);
    return LlamaLike.write(model, "llama", "Llama", spelling)
        .set("attention_bias", !outline.heads().bias().isEmpty())
        .set("mlp_bias", outline.ffn().bias())
        .build();
  }

  @Override
  public List<Row> rows(Model model) {
    return LlamaLike.rows();
  }

  @Override
  public List<Preset> presets() {
    return Presets.of(
        "llama-2-7b", "llama-3-8b", "llama-3-70b", "llama-3.1-8b", "yi-34b", "deepseek-llm-7b");
  }
}
