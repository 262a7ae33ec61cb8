package org.isomorph.architectures;

import java.util.EnumSet;
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
import org.isomorph.spec.Mixture;
import org.isomorph.spec.Model;
import org.isomorph.spec.Projection;

/**
 * Qwen 1.5 MoE and Qwen 2 57B-A14B: Qwen 2 with small experts, and one behind a gate of its own
 * that every token passes. Yang et al., arXiv 2407.10671.
 */
public final class Qwen2Moe implements Dialect {
  private static final long USUAL_KEY_VALUE_HEADS = 16;
  private static final Set<Projection> QKV = EnumSet.of(Projection.Q, Projection.K, Projection.V);

  @Override
  public String name() {
    return "qwen2-moe";
  }

  @Override
  public String summary() {
    return "Qwen 1.5 and 2 MoE: Qwen 2 with a mixture of experts and a gated shared one";
  }

  @Override
  public List<String> aliases() {
    return List.of("qwen1.5-moe");
  }

  @Override
  public boolean reads(Config config) {
    return config.text("model_type", "").equals("qwen2_moe");
  }

  @Override
  public Model spec(Config config, TensorInfos tensors) {
    LlamaLike common = LlamaLike.reading(config);
    QwenMixture experts = QwenMixture.reading(config);
    Heads plain = common.attention(USUAL_KEY_VALUE_HEADS, 0);
    Heads attention = config.flag("qkv_bias", true) ? plain.bias(QKV) : plain;
    return common.model(
        "qwen2-moe",
        layer -> attention.window(SlidingLayers.window(config, layer, () -> slides(config, layer))),
        layer ->
            experts.layer(
                layer,
                common::ffn,
                () ->
                    experts
                        .mixture(60, 4, 1408)
                        .gatedShared(experts.gated("shared_expert_intermediate_size", 5632))));
  }

  /** Unlike Qwen 2's: every other layer of the first ones. */
  private static boolean slides(Config config, long layer) {
    return layer % 2 == 0 && layer < config.number("max_window_layers", 28);
  }

  @Override
  public Config config(Model model, Spelling spelling) {
    Config.Builder config = LlamaLike.write(model, "qwen2_moe", "Qwen2Moe", spelling);
    QwenMixture.write(config, model);
    Mixture mixture = Outline.mixture(model.last());
    config
        .set(
            "shared_expert_intermediate_size",
            mixture.shared().map(shared -> shared.layer().hidden()).orElse(1L))
        .set("qkv_bias", Outline.of(model).heads().bias().containsAll(QKV));
    SlidingLayers.write(config, model);
    return LlamaLike.withoutUsualHeadDim(config.build(), model);
  }

  @Override
  public List<Row> rows(Model model) {
    return LlamaLike.rows(QwenMixture.rows());
  }

  @Override
  public List<Preset> presets() {
    return Presets.of("qwen1.5-moe-a2.7b");
  }
}
