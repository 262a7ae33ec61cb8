package org.isomorph.architectures;

import static org.isomorph.dialect.Row.p;

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
import org.isomorph.spec.Activation;
import org.isomorph.spec.Dsl;
import org.isomorph.spec.Model;
import org.isomorph.spec.Role;

/**
 * GPT-1: norms behind its residuals and none at the end, learned positions, a tied head. Radford et
 * al., 2018.
 *
 * <p>Linear maps are stored as Conv1D: transposed, {@code [in, out]}.
 */
public final class Gpt1 implements Dialect {
  private static final Role[] ROLES = {Role.BOS, Role.EOS, Role.PAD};

  @Override
  public String name() {
    return "gpt1";
  }

  @Override
  public String summary() {
    return "GPT-1: norms behind the residuals, learned positions";
  }

  @Override
  public List<String> aliases() {
    return List.of("openai-gpt");
  }

  @Override
  public boolean reads(Config config) {
    return config.text("model_type", "").equals("openai-gpt");
  }

  @Override
  public Model spec(Config config, TensorInfos tensors) {
    long width = config.number("n_embd"), positions = config.number("n_positions", 512);
    var ffn = Dsl.mlp(Math.multiplyExact(4, width), activation(config)).biased();
    Model model =
        Dsl.causal("gpt1", config.number("vocab_size"), width)
            .embed(tokens -> tokens.position(Dsl.learned(positions)))
            .layers(
                config.number("n_layer"),
                Dsl.postNorm(Dsl.layerNorm(config.real("layer_norm_epsilon", 1e-5)))
                    .attention(Dsl.mha(config.number("n_head")).biased())
                    .ffn(ffn))
            .heads(CausalHead.read(config, Dsl.lm().tied(config.flag("tie_word_embeddings", true))))
            .context(positions);
    return Roles.read(model, config, ROLES);
  }

  /** The names are this family's own: its GELU is the approximated one. */
  private static Activation activation(Config config) {
    return switch (config.text("afn", "gelu")) {
      case "gelu" -> Activation.GELU_TANH;
      case "relu" -> Activation.RELU;
      case "silu", "swish" -> Activation.SILU;
      default -> throw config.invalid("afn", "one of gelu, relu, silu, swish");
    };
  }

  @Override
  public Config config(Model model, Spelling spelling) {
    Outline outline = Outline.of(model);
    Config.Builder config =
        CausalHead.write(Config.builder(), model, "OpenAIGPT", "OpenAIGPTLMHeadModel")
            .set("model_type", "openai-gpt")
            .set("vocab_size", outline.vocabulary())
            .set("n_positions", outline.positions())
            .set("n_embd", outline.tower().dim())
            .set("n_layer", outline.tower().depth())
            .set("n_head", outline.heads().heads())
            .set("afn", name(outline.ffn().activation()))
            .set("layer_norm_epsilon", outline.eps())
            .set("tie_word_embeddings", outline.tied());
    Roles.write(config, model, ROLES);
    return config.build();
  }

  private static String name(Activation activation) {
    return switch (activation) {
      case RELU, SILU -> Activations.name(activation);
      default -> "gelu";
    };
  }

  @Override
  public List<Row> rows(Model model) {
    List<Row> rows = new ArrayList<>();
    rows.add(Gpt2.ROWS.row("tokens_embed.weight", p("embed.token.weight")));
    rows.add(Gpt2.ROWS.row("positions_embed.weight", p("embed.position.weight")));
    Gpt2.layers(rows);
    rows.addAll(CausalHead.rows());
    // 0, 1, 2, ..., which old files hold as a buffer.
    rows.add(Row.ignored("(transformer\\.)?position_ids"));
    return rows;
  }

  @Override
  public List<Preset> presets() {
    return Presets.of("gpt1");
  }
}
