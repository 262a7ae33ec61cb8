package org.isomorph.architectures;

import static org.isomorph.dialect.Row.row;

import java.util.List;
import java.util.Map;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.Outline;
import org.isomorph.dialect.Preset;
import org.isomorph.dialect.Roles;
import org.isomorph.dialect.Row;
import org.isomorph.dialect.Spelling;
import org.isomorph.dialect.TensorInfos;
import org.isomorph.spec.Activation;
import org.isomorph.spec.Dsl;
import org.isomorph.spec.Head;
import org.isomorph.spec.Model;
import org.isomorph.spec.Role;
import org.isomorph.spec.Rope;
import org.isomorph.spec.Tokens;

/**
 * ChatGLM-6B, the first: a prefix that is seen whole, and rotary positions on two axes, where a
 * token stands in the context and where in the answer. THUDM, 2023.
 *
 * <p>Its successors share its {@code model_type} but little else; see {@link ChatGlm2}.
 */
public final class ChatGlm6b implements Dialect {
  private static final String HEAD = "lm_head.weight";
  private static final String TWO_AXES = "position_encoding_2d";

  /** The code never tells its blocks how many layers there are, so all take the default of 28. */
  private static final double RESIDUAL = Math.sqrt(2 * 28);

  /** What the code takes where a configuration does not say; these ids enter the function. */
  private static final Map<Role, Long> USUAL_IDS =
      Map.of(Role.BOS, 150_004L, Role.MASK, 150_000L, Role.GMASK, 150_001L);

  @Override
  public String name() {
    return "chatglm-6b";
  }

  @Override
  public String summary() {
    return "ChatGLM-6B, the first: a prefix decoder with positions on two axes";
  }

  @Override
  public boolean reads(Config config) {
    return config.text("model_type", "").equals("chatglm") && !ChatGlm2.isMeant(config);
  }

  @Override
  public Model spec(Config config, TensorInfos tensors) {
    refuseAdditions(config);
    boolean two = config.flag(TWO_AXES, true);
    Model model =
        PrefixGlm.model(
            config,
            "chatglm-6b",
            RESIDUAL,
            two ? Tokens.Numbering.SPAN_AND_BLOCK : Tokens.Numbering.SPAN,
            two ? Dsl.rope(10_000).twoAxes() : Dsl.rope(10_000),
            Dsl.mlp(config.number("inner_hidden_size"), Activation.GELU_TANH).biased(),
            head(config, tensors));
    return Roles.readUsual(model, config, USUAL_IDS);
  }

  /**
   * Quantised weights and learned prefixes (P-tuning), which all ChatGLM code has keys for.
   *
   * @throws org.isomorph.dialect.DialectException if there are any
   */
  static void refuseAdditions(Config config) {
    if (config.number("quantization_bit", 0) != 0)
      throw config.invalid("quantization_bit", "0, because quantised weights are not read");
    if (config.number("pre_seq_len", 0) != 0)
      throw config.invalid("pre_seq_len", "null: learned prefixes are not described");
  }

  /**
   * Published files have a head and a configuration that does not say whether it is tied: then the
   * head in the files counts, which need not equal the table.
   */
  private static Head head(Config config, TensorInfos tensors) {
    return Dsl.lm().tied(config.flag("tie_word_embeddings", !tensors.has(HEAD)));
  }

  @Override
  public Config config(Model model, Spelling spelling) {
    Outline outline = Outline.of(model);
    Config.Builder config =
        PrefixGlm.write(model, "chatglm")
            .set(TWO_AXES, outline.rope().axes() == Rope.Axes.TWO)
            .set("tie_word_embeddings", outline.tied());
    Roles.writeLacking(config, model, Role.BOS, Role.MASK, Role.GMASK);
    Config first = Config.builder().set("architectures", List.of("ChatGLMModel")).build();
    return first.with(config.build());
  }

  @Override
  public List<Row> rows(Model model) {
    List<Row> rows = PrefixGlm.rows(model);
    rows.addAll(
        Row.weightAndBias("transformer.layers.{i}.mlp.dense_h_to_4h", "decoder.{i}.ffn.up"));
    rows.add(row(HEAD, "head.weight"));
    rows.add(Row.storedCopy(HEAD, "embed.token.weight"));
    return rows;
  }

  @Override
  public List<Preset> presets() {
    return Presets.of("chatglm-6b");
  }
}
