package org.isomorph.architectures;

import static org.isomorph.dialect.Row.p;
import static org.isomorph.dialect.Row.row;
import static org.isomorph.layout.Layout.concat;

import java.util.List;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.Preset;
import org.isomorph.dialect.Row;
import org.isomorph.dialect.Spelling;
import org.isomorph.dialect.TensorInfos;
import org.isomorph.spec.Activation;
import org.isomorph.spec.Dsl;
import org.isomorph.spec.Model;
import org.isomorph.spec.Tokens;

/**
 * GLM-130B: a prefix that is seen whole, rotary positions, DeepNorm in GLM's form, and a GEGLU.
 * Zeng et al., arXiv 2210.02414.
 *
 * <p>Names are those of SwissArmyTransformer, whose model it is; there is no {@code config.json} of
 * its authors, so the keys are those of its launch script.
 */
public final class Glm130b implements Dialect {
  @Override
  public String name() {
    return "glm-130b";
  }

  @Override
  public String summary() {
    return "GLM-130B: a prefix decoder with GLM's norms and a GEGLU";
  }

  @Override
  public boolean reads(Config config) {
    return config.text("model_type", "").equals("glm-130b");
  }

  @Override
  public Model spec(Config config, TensorInfos tensors) {
    return PrefixGlm.model(
        config,
        "glm-130b",
        residual(config.number("num_layers")),
        Tokens.Numbering.SPAN,
        Dsl.rope(10_000),
        Dsl.gated(config.number("inner_hidden_size"), Activation.GELU).biased(),
        Dsl.lm().tied());
  }

  /** DeepNorm's residual weight, by the number of layers. */
  private static double residual(long layers) {
    return Math.sqrt(2.0 * layers);
  }

  @Override
  public Config config(Model model, Spelling spelling) {
    return PrefixGlm.write(model, "glm-130b").build();
  }

  @Override
  public List<Row> rows(Model model) {
    List<Row> rows = PrefixGlm.rows(model);
    // x1 * gelu(x2), stored as x1 | x2: the gate is the second half.
    for (String part : List.of("weight", "bias"))
      rows.add(
          row(
              "transformer.layers.{i}.mlp.dense_h_to_4h." + part,
              concat(0, p("decoder.{i}.ffn.up." + part), p("decoder.{i}.ffn.gate." + part))));
    return rows;
  }

  @Override
  public List<Preset> presets() {
    return Presets.of("glm-130b");
  }
}
