package org.isomorph.architectures;

import static org.isomorph.dialect.Row.p;
import static org.isomorph.dialect.Row.row;
import static org.isomorph.layout.Packings.byPart;
import static org.isomorph.layout.Packings.gateUp;

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
import org.isomorph.spec.Frame;
import org.isomorph.spec.Gated;
import org.isomorph.spec.Heads;
import org.isomorph.spec.Model;
import org.isomorph.spec.Norm;
import org.isomorph.spec.Placement;
import org.isomorph.spec.Projection;
import org.isomorph.spec.Role;
import org.isomorph.spec.Rope;
import org.isomorph.spec.RopeScaling;

/**
 * ChatGLM2, ChatGLM3, and GLM-4-9B as first published: causal, a few key heads, half of each head
 * rotated. Team GLM, arXiv 2406.12793.
 *
 * <p>What {@code rope_ratio} means differs: ChatGLM2-6B-32k divides positions by it, all later
 * models multiply the rotary base. Its authors' name for the model decides, or a key of ours that
 * the reference code ignores.
 */
public final class ChatGlm2 implements Dialect {
  private static final String VOCABULARY = "padded_vocab_size";
  private static final String RATIO = "rope_ratio";
  private static final String DIVIDES = "isomorph_rope_ratio_divides_positions";
  private static final String BEHIND_NORM = "apply_residual_connection_post_layernorm";
  private static final double THETA = 10_000;
  private static final long USUAL_HEAD_DIM = 128;
  private static final Role[] ROLES = {Role.BOS, Role.EOS, Role.PAD};

  @Override
  public String name() {
    return "chatglm2";
  }

  @Override
  public String summary() {
    return "ChatGLM2, ChatGLM3, and GLM-4-9B as first published";
  }

  @Override
  public List<String> aliases() {
    return List.of("chatglm3");
  }

  /** Whether a configuration of the type that all share is for this family, by a key of its own. */
  static boolean isMeant(Config config) {
    return config.has(VOCABULARY);
  }

  @Override
  public boolean reads(Config config) {
    return config.text("model_type", "").equals("chatglm") && isMeant(config);
  }

  // ---- configuration to model

  @Override
  public Model spec(Config config, TensorInfos tensors) {
    ChatGlm6b.refuseAdditions(config);
    if (config.texts("architectures").contains("ChatGLMForSequenceClassification"))
      throw config.invalid("architectures", "ChatGLMModel or ChatGLMForConditionalGeneration");
    long width = config.number("hidden_size");
    double eps = config.real("layernorm_epsilon", 1e-5);
    Norm norm = config.flag("rmsnorm", true) ? Dsl.rms(eps) : Dsl.layerNorm(eps);
    Frame frame = config.flag(BEHIND_NORM, false) ? Dsl.glmNorm(norm, 1) : Dsl.block(norm);
    Gated plain = Dsl.swiglu(config.number("ffn_hidden_size"));
    Model model =
        Dsl.causal("chatglm2", config.number(VOCABULARY), width)
            .layers(
                config.number("num_layers"),
                frame
                    .attention(attention(config, width))
                    .ffn(config.flag("add_bias_linear", false) ? plain.biased() : plain))
            .finalNorm(config.flag("post_layer_norm", true) ? norm : Norm.NONE)
            // Whatever the configuration says of tying, the code has a head of its own.
            .head(Dsl.lm())
            .context(config.number("seq_length", 0));
    return Roles.read(model, config, ROLES);
  }

  private static Heads attention(Config config, long width) {
    long heads = config.number("num_attention_heads");
    boolean grouped = config.flag("multi_query_attention", false);
    long headDim =
        config.mentions("kv_channels")
            ? config.number("kv_channels", width / heads)
            : USUAL_HEAD_DIM;
    Heads plain =
        Dsl.gqa(heads, grouped ? config.number("multi_query_group_num", 1) : heads)
            .headDim(headDim)
            .position(rope(config).dim(headDim / 2));
    if (config.flag("add_bias_linear", false)) return plain.biased();
    return config.flag("add_qkv_bias", false)
        ? plain.biased(Projection.Q, Projection.K, Projection.V)
        : plain;
  }

  private static Rope rope(Config config) {
    double ratio = config.real(RATIO, 1);
    boolean first = config.text("_name_or_path", "").startsWith("THUDM/chatglm2-6b");
    boolean divides = ratio != 1 && config.flag(DIVIDES, first);
    Rope halves = divides ? Dsl.rope(THETA).scaled(Dsl.linear(ratio)) : Dsl.rope(THETA * ratio);
    // The code hands original_rope on to where nobody looks at it.
    return halves.pairs();
  }

  // ---- model to configuration

  @Override
  public Config config(Model model, Spelling spelling) {
    Outline outline = Outline.of(model);
    Heads heads = outline.heads();
    boolean biased = heads.bias().contains(Projection.O) || outline.ffn().bias();
    Frame frame =
        outline.tower().runs().isEmpty()
            ? Dsl.block(Dsl.rms(outline.eps()))
            : outline.tower().runs().getFirst().block().frame();
    Config.Builder config =
        Config.builder()
            .set("architectures", List.of("ChatGLMModel"))
            .set("model_type", "chatglm")
            .set(VOCABULARY, outline.vocabulary())
            .set("hidden_size", outline.tower().dim())
            .set("num_layers", outline.tower().depth())
            .set("num_attention_heads", heads.heads())
            .set("multi_query_attention", true)
            .set("multi_query_group_num", heads.keyValueHeads())
            .set("kv_channels", heads.headDim())
            .set("ffn_hidden_size", outline.ffn().hidden())
            .set("add_bias_linear", biased)
            .set("add_qkv_bias", !heads.bias().isEmpty())
            .set("rmsnorm", !(frame.norm() instanceof Norm.Layer))
            .set("layernorm_epsilon", outline.eps())
            .set("post_layer_norm", !Norm.NONE.equals(outline.tower().norm()))
            .set(BEHIND_NORM, frame.placement() instanceof Placement.Glm)
            .set("original_rope", true);
    writeRatio(config, outline.rope());
    if (model.context() != 0) config.set("seq_length", model.context());
    config.set("tie_word_embeddings", false);
    Roles.write(config, model, ROLES);
    return config.build();
  }

  private static void writeRatio(Config.Builder config, Rope rope) {
    boolean divides = rope.scaling() instanceof RopeScaling.Linear;
    double ratio =
        rope.scaling() instanceof RopeScaling.Linear linear
            ? linear.factor()
            : rope.theta() / THETA;
    // The published ones are whole numbers, and some code reads no others.
    if (ratio == Math.rint(ratio)) config.set(RATIO, (long) ratio);
    else config.set(RATIO, ratio);
    if (divides) config.set(DIVIDES, true);
  }

  // ---- tensors

  @Override
  public List<Row> rows(Model model) {
    String layer = "transformer.encoder.layers.{i}.", block = "decoder.{i}.";
    List<Row> rows = new ArrayList<>();
    rows.add(row("transformer.embedding.word_embeddings.weight", "embed.token.weight"));
    rows.addAll(Row.weightAndBias(layer + "input_layernorm", block + "attn.norm"));
    for (String part : List.of("weight", "bias")) {
      rows.add(
          row(
              layer + "self_attention.query_key_value." + part,
              byPart(
                  p(block + "attn.q." + part),
                  p(block + "attn.k." + part),
                  p(block + "attn.v." + part))));
      rows.add(
          row(
              layer + "mlp.dense_h_to_4h." + part,
              gateUp(p(block + "ffn.gate." + part), p(block + "ffn.up." + part))));
    }
    rows.addAll(Row.weightAndBias(layer + "self_attention.dense", block + "attn.o"));
    rows.addAll(Row.weightAndBias(layer + "post_attention_layernorm", block + "ffn.norm"));
    rows.addAll(Row.weightAndBias(layer + "mlp.dense_4h_to_h", block + "ffn.down"));
    rows.addAll(Row.weightAndBias("transformer.encoder.final_layernorm", "decoder.norm"));
    rows.add(row("transformer.output_layer.weight", "head.weight"));
    // The rotary frequencies, which follow from the configuration.
    rows.add(Row.ignored("transformer\\.rotary_pos_emb\\.inv_freq"));
    return rows;
  }

  @Override
  public List<Preset> presets() {
    return Presets.of("chatglm2-6b", "chatglm3-6b", "glm-4-9b-chat");
  }
}
