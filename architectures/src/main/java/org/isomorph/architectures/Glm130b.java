package org.isomorph.architectures;

import static org.isomorph.dialect.Row.p;
import static org.isomorph.dialect.Row.row;
import static org.isomorph.layout.Layout.concat;
import static org.isomorph.layout.Packings.byHead;

import java.util.ArrayList;
import java.util.List;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.Preset;
import org.isomorph.dialect.Row;
import org.isomorph.dialect.Spelling;
import org.isomorph.dialect.TensorNames;
import org.isomorph.spec.Activation;
import org.isomorph.spec.Dsl;
import org.isomorph.spec.Model;
import org.isomorph.spec.Role;
import org.isomorph.spec.Tokens;

/**
 * GLM-130B: a prefix that is seen whole, rotary positions, DeepNorm in GLM's form, and a GEGLU.
 * Zeng et al., arXiv 2210.02414.
 *
 * <p>Names are those of SwissArmyTransformer, whose model it is; there is no {@code config.json} of
 * its authors, so the keys are those of its launch script.
 */
public final class Glm130b implements Dialect {
  private static final Role[] ROLES = {Role.BOS, Role.EOS, Role.MASK, Role.GMASK};

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
  public Model spec(Config config, TensorNames names) {
    long layers = config.number("num_layers");
    Model model =
        // The context ends with [MASK] or [gMASK], and what is generated begins with <sop>.
        Dsl.prefix(
                "glm-130b",
                config.number("vocab_size"),
                config.number("hidden_size"),
                Dsl.before(Role.BOS))
            .embed(tokens -> tokens.numbering(Tokens.Numbering.SPAN))
            .layers(
                layers,
                Dsl.glmNorm(Dsl.layerNorm(config.real("layernorm_epsilon", 1e-5)), residual(layers))
                    .attention(Dsl.mha(config.number("num_attention_heads")).biased().rope(10_000))
                    .ffn(Dsl.gated(config.number("inner_hidden_size"), Activation.GELU).biased()))
            .head(Dsl.lm().tied())
            .context(config.number("max_sequence_length", 0));
    return Roles.read(model, config, ROLES);
  }

  /** DeepNorm's residual weight, by the number of layers. */
  private static double residual(long layers) {
    return Math.sqrt(2.0 * layers);
  }

  @Override
  public Config config(Model model, Spelling spelling) {
    Outline outline = Outline.of(model);
    Config.Builder config =
        Config.builder()
            .set("model_type", "glm-130b")
            .set("vocab_size", outline.vocabulary())
            .set("hidden_size", outline.tower().dim())
            .set("num_layers", outline.tower().depth())
            .set("num_attention_heads", outline.heads().heads())
            .set("inner_hidden_size", outline.ffn().hidden())
            .set("layernorm_epsilon", outline.eps());
    if (model.context() != 0) config.set("max_sequence_length", model.context());
    Roles.write(config, model, ROLES);
    return config.build();
  }

  @Override
  public List<Row> rows(Model model) {
    List<Row> rows = new ArrayList<>();
    rows.add(row("transformer.word_embeddings.weight", "embed.token.weight"));
    both(rows, "input_layernorm", "attn.norm");
    both(rows, "attention.dense", "attn.o");
    both(rows, "post_attention_layernorm", "ffn.norm");
    both(rows, "mlp.dense_4h_to_h", "ffn.down");
    long heads = Outline.of(model).heads().heads();
    for (String part : List.of("weight", "bias")) {
      rows.add(
          row(
              "transformer.layers.{i}.attention.query_key_value." + part,
              byHead(
                  heads,
                  p("decoder.{i}.attn.q." + part),
                  p("decoder.{i}.attn.k." + part),
                  p("decoder.{i}.attn.v." + part))));
      // x1 * gelu(x2), stored as x1 | x2: the gate is the second half.
      rows.add(
          row(
              "transformer.layers.{i}.mlp.dense_h_to_4h." + part,
              concat(0, p("decoder.{i}.ffn.up." + part), p("decoder.{i}.ffn.gate." + part))));
    }
    rows.addAll(Row.weightAndBias("transformer.final_layernorm", "decoder.norm"));
    return rows;
  }

  private static void both(List<Row> rows, String name, String parameter) {
    rows.addAll(Row.weightAndBias("transformer.layers.{i}." + name, "decoder.{i}." + parameter));
  }

  @Override
  public List<Preset> presets() {
    return Presets.of("glm-130b");
  }
}
