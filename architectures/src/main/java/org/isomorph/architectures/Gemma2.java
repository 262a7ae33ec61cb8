package org.isomorph.architectures;

import static org.isomorph.dialect.Row.row;

import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.Outline;
import org.isomorph.dialect.Preset;
import org.isomorph.dialect.Roles;
import org.isomorph.dialect.Row;
import org.isomorph.dialect.Spelling;
import org.isomorph.dialect.TensorInfos;
import org.isomorph.spec.Dsl;
import org.isomorph.spec.Head;
import org.isomorph.spec.Heads;
import org.isomorph.spec.Model;

/**
 * Gemma 2: Gemma with norms behind its mixers too, capped scores and logits, and a sliding window
 * in every other layer. arXiv 2408.00118.
 */
public final class Gemma2 implements Dialect {
  private static final String SCORE_CAP = "attn_logit_softcapping";
  private static final String LOGIT_CAP = "final_logit_softcapping";
  private static final String SCALE = "query_pre_attn_scalar";

  @Override
  public String name() {
    return "gemma2";
  }

  @Override
  public String summary() {
    return "Gemma 2: Gemma with sandwich norms, soft caps and alternating windows";
  }

  @Override
  public List<String> aliases() {
    return List.of("gemma-2");
  }

  @Override
  public boolean reads(Config config) {
    return config.text("model_type", "").equals("gemma2");
  }

  // ---- configuration to model

  @Override
  public Model spec(Config config, TensorInfos tensors) {
    Heads plain = Gemma.attention(config, 4).scale(1 / Math.sqrt(config.real(SCALE, 256)));
    OptionalDouble cap = cap(config, SCORE_CAP, 50), logitCap = cap(config, LOGIT_CAP, 30);
    Heads attention = cap.isPresent() ? plain.softcap(cap.getAsDouble()) : plain;
    Head.Lm lm = Gemma.lm(config);
    OptionalLong window = SlidingLayers.usual(config);
    return Gemma.scaled(
        LlamaLike.reading(config)
            .model(
                "gemma2",
                Dsl.sandwich(Gemma.norm(config)),
                logitCap.isPresent() ? lm.cap(logitCap.getAsDouble()) : lm,
                layer ->
                    SlidingLayers.slides(config, layer, () -> layer % 2 == 0)
                        ? attention.window(window)
                        : attention,
                _ -> Gemma.ffn(config, "hidden_activation")));
  }

  /** A cap that is not mentioned is the usual one; a null means none. */
  private static OptionalDouble cap(Config config, String key, double usual) {
    return config.mentions(key) ? config.optionalReal(key) : OptionalDouble.of(usual);
  }

  // ---- model to configuration

  @Override
  public Config config(Model model, Spelling spelling) {
    Outline outline = Outline.of(model);
    Heads heads = outline.heads();
    Config.Builder config =
        LlamaLike.write(model, "gemma2", "Gemma2", spelling)
            .set("hidden_activation", Gemma.activation(outline))
            .set("attention_bias", !heads.bias().isEmpty());
    Roles.writeLacking(config, model, LlamaLike.ROLES);
    scale(config, heads.scale());
    cap(config, SCORE_CAP, heads.softcap());
    cap(config, LOGIT_CAP, model.lm().map(Head.Lm::cap).orElse(OptionalDouble.empty()));
    SlidingLayers.writeTypes(config, model);
    return config.build().without(List.of("hidden_act"));
  }

  /** The number whose inverse root the scale is, as a whole one where it is. */
  private static void scale(Config.Builder config, double scale) {
    double exact = 1 / (scale * scale);
    long whole = Math.round(exact);
    if (1 / Math.sqrt((double) whole) == scale) config.set(SCALE, whole);
    else config.set(SCALE, exact);
  }

  private static void cap(Config.Builder config, String key, OptionalDouble cap) {
    if (cap.isPresent()) config.set(key, cap.getAsDouble());
    else config.setNull(key);
  }

  // ---- tensors

  @Override
  public List<Row> rows(Model model) {
    return LlamaLike.table(
        LlamaLike.around(),
        LlamaLike.attention("q", "k", "v", "o"),
        LlamaLike.ffn("gate", "up", "down"),
        List.of(
            norm("input", "attn.norm"),
            norm("post_attention", "attn.post_norm"),
            norm("pre_feedforward", "ffn.norm"),
            norm("post_feedforward", "ffn.post_norm")));
  }

  private static Row norm(String stored, String parameter) {
    return row(
        "model.layers.{i}." + stored + "_layernorm.weight", "decoder.{i}." + parameter + ".weight");
  }

  @Override
  public List<Preset> presets() {
    return Presets.of("gemma-2-2b", "gemma-2-9b", "gemma-2-27b");
  }
}
