package org.isomorph.architectures;

import java.util.List;
import java.util.function.Function;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.Outline;
import org.isomorph.dialect.Preset;
import org.isomorph.dialect.Roles;
import org.isomorph.dialect.Row;
import org.isomorph.dialect.Spelling;
import org.isomorph.dialect.TensorInfos;
import org.isomorph.spec.Dsl;
import org.isomorph.spec.Frame;
import org.isomorph.spec.Heads;
import org.isomorph.spec.Model;
import org.isomorph.spec.Norm;
import org.isomorph.spec.Projection;
import org.isomorph.spec.Role;
import org.isomorph.spec.Rope;

/**
 * GLM-4-9B as transformers has it: LLaMA with biases on q, k and v, half of each head rotated, and
 * one projection for gate and up. Team GLM, arXiv 2406.12793.
 *
 * <p>The same function as the first publication's, {@link ChatGlm2}.
 */
public final class Glm implements Dialect {
  private static final long USUAL_KEY_VALUE_HEADS = 2;
  private static final long USUAL_HEAD_DIM = 128;
  private static final double USUAL_EPS = 1.5625e-7;
  private static final double USUAL_PART = 0.5;

  @Override
  public String name() {
    return "glm";
  }

  @Override
  public String summary() {
    return "GLM-4-9B as transformers has it: LLaMA with half of each head rotated";
  }

  @Override
  public boolean reads(Config config) {
    return config.text("model_type", "").equals("glm");
  }

  @Override
  public Model spec(Config config, TensorInfos tensors) {
    return model(config, "glm", Dsl::block);
  }

  /** The model with blocks of this kind, for all generations. */
  static Model model(Config config, String name, Function<Norm, Frame> frame) {
    LlamaLike common = LlamaLike.reading(config);
    Heads bare = common.attention(USUAL_KEY_VALUE_HEADS, USUAL_HEAD_DIM);
    Rope rope = RopeKeys.read(config, 10_000, common.context()).pairs();
    Heads plain = bare.position(PartialRope.read(config, rope, bare.headDim(), USUAL_PART));
    Heads attention =
        config.flag("attention_bias", true)
            ? plain.biased(Projection.Q, Projection.K, Projection.V)
            : plain;
    return common.model(
        name,
        frame.apply(Dsl.rms(config.real("rms_norm_eps", USUAL_EPS))),
        common.lm(),
        _ -> attention,
        _ -> common.ffn());
  }

  @Override
  public Config config(Model model, Spelling spelling) {
    return write(model, "glm", "Glm", spelling);
  }

  /** The keys of all generations. */
  static Config write(Model model, String modelType, String classPrefix, Spelling spelling) {
    Outline outline = Outline.of(model);
    Config.Builder config =
        LlamaLike.write(model, modelType, classPrefix, spelling)
            .set("attention_bias", !outline.heads().bias().isEmpty());
    // A missing key means the published id, which a smaller vocabulary does not have.
    Roles.writeLacking(config, model, Role.PAD);
    return PartialRope.write(config.build(), outline.rope(), outline.heads().headDim());
  }

  @Override
  public List<Row> rows(Model model) {
    return rows(List.of());
  }

  /** The rows of all generations, and those that one has besides. */
  static List<Row> rows(List<Row> besides) {
    return LlamaLike.table(
        LlamaLike.around(),
        LlamaLike.norms(),
        LlamaLike.attention("q", "k", "v", "o"),
        LlamaLike.ffn("down"),
        LlamaLike.gateUp(),
        besides);
  }

  @Override
  public List<Preset> presets() {
    return Presets.of("glm-4-9b-chat-hf");
  }
}
