package org.isomorph.architectures;

import static org.isomorph.dialect.Row.p;
import static org.isomorph.dialect.Row.row;
import static org.isomorph.layout.Packings.byPart;

import java.util.ArrayList;
import java.util.List;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.Outline;
import org.isomorph.dialect.Preset;
import org.isomorph.dialect.Roles;
import org.isomorph.dialect.Row;
import org.isomorph.dialect.Spelling;
import org.isomorph.dialect.TensorInfos;
import org.isomorph.spec.Dsl;
import org.isomorph.spec.Heads;
import org.isomorph.spec.Model;
import org.isomorph.spec.Rope;
import org.isomorph.spec.RopeScaling;

/**
 * Phi-3 and the Phi-4 that are alike: LLaMA with fused projections, an optional sliding window, and
 * LongRoPE for long contexts. arXiv 2404.14219.
 */
public final class Phi3 implements Dialect {
  @Override
  public String name() {
    return "phi3";
  }

  @Override
  public String summary() {
    return "Phi-3 and Phi-4: LLaMA with fused projections and LongRoPE";
  }

  @Override
  public List<String> aliases() {
    return List.of("phi-3", "phi4", "phi-4");
  }

  @Override
  public boolean reads(Config config) {
    return config.text("model_type", "").equals("phi3");
  }

  // ---- configuration to model

  @Override
  public Model spec(Config config, TensorInfos tensors) {
    for (String bias : List.of("attention_bias", "mlp_bias", "lm_head_bias"))
      if (config.flag(bias, false)) throw config.invalid(bias, "false: the family has no biases");
    LlamaLike common = LlamaLike.reading(config);
    Heads heads = common.attention().window(config.optionalNumber("sliding_window"));
    Heads sized = heads.resolved(common.width());
    Heads attention = heads.position(rope(config, common.context(), sized.headDim()));
    return common.model(
        "phi3",
        Dsl.block(Dsl.rms(config.real("rms_norm_eps", 1e-5))),
        common.lm(),
        _ -> attention,
        _ -> common.ffn());
  }

  private static Rope rope(Config config, long context, long headDim) {
    Rope rope = RopeKeys.read(config, 10_000, context);
    boolean scaled = !RopeScaling.NONE.equals(rope.scaling());
    if (scaled && !(rope.scaling() instanceof RopeScaling.LongRope))
      throw config.invalid(
          config.has("rope_parameters") ? "rope_parameters" : "rope_scaling",
          "longrope: the family has no other");
    return PartialRope.read(config, rope, headDim, 1);
  }

  // ---- model to configuration

  @Override
  public Config config(Model model, Spelling spelling) {
    Outline outline = Outline.of(model);
    Config.Builder config = LlamaLike.write(model, "phi3", "Phi3", spelling);
    Roles.writeLacking(config, model, LlamaLike.ROLES);
    SlidingLayers.write(config, outline.heads().window());
    Config written = LlamaLike.withoutUsualHeadDim(config.build(), model);
    if (outline.rope().scaling() instanceof RopeScaling.LongRope scaling)
      written = written.with(longRope(written, scaling, model.context()));
    long headDim = outline.heads().headDim(), rotated = outline.rope().dim();
    return rotated == 0 || rotated == headDim
        ? written
        : PartialRope.write(written, outline.rope(), headDim);
  }

  /**
   * LongRoPE's keys in the family's way. Before version 5, there are exactly three of them, and the
   * trained length stands outside; the attention factor follows from it.
   */
  private static Config longRope(Config written, RopeScaling.LongRope scaling, long context) {
    Config.Builder over = Config.builder().set(RopeKeys.TRAINED, scaling.trained());
    double implied =
        RopeKeys.attentionFactor((double) context / scaling.trained(), scaling.trained());
    List<String> spare = new ArrayList<>();
    if (scaling.attentionFactor().orElse(implied) == implied) spare.add("attention_factor");
    if (written.has("rope_parameters")) {
      Config keys = written.section("rope_parameters").orElseThrow();
      return over.set("rope_parameters", keys.without(spare)).build();
    }
    spare.addAll(List.of("rope_type", RopeKeys.TRAINED));
    Config keys = written.section("rope_scaling").orElseThrow().without(spare);
    Config kind = Config.builder().set("type", "longrope").build();
    return over.set("rope_scaling", kind.with(keys)).build();
  }

  // ---- tensors

  @Override
  public List<Row> rows(Model model) {
    String attention = "decoder.{i}.attn.";
    return LlamaLike.table(
        LlamaLike.around(),
        LlamaLike.norms(),
        LlamaLike.attention("o"),
        LlamaLike.ffn("down"),
        LlamaLike.gateUp(),
        List.of(
            row(
                "model.layers.{i}.self_attn.qkv_proj.weight",
                byPart(
                    p(attention + "q.weight"),
                    p(attention + "k.weight"),
                    p(attention + "v.weight")))));
  }

  @Override
  public List<Preset> presets() {
    return Presets.of("phi-3-mini-4k", "phi-4");
  }
}
