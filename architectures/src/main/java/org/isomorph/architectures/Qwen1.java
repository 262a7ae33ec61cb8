package org.isomorph.architectures;

import static org.isomorph.dialect.Row.p;
import static org.isomorph.dialect.Row.row;
import static org.isomorph.layout.Packings.byPart;

import java.util.ArrayList;
import java.util.List;
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
import org.isomorph.spec.Gated;
import org.isomorph.spec.Heads;
import org.isomorph.spec.Model;
import org.isomorph.spec.Projection;
import org.isomorph.spec.Rope;
import org.isomorph.spec.RopeScaling;

/**
 * Qwen 1: LLaMA with biases on queries, keys and values, which are fused, and beyond the trained
 * length a growing rotary base and growing queries. Bai et al., arXiv 2309.16609.
 *
 * <p>The first release has keys of its own for the sizes; they are told by {@code n_embd}.
 */
public final class Qwen1 implements Dialect {
  private static final String BIASLESS = "no_bias";

  @Override
  public String name() {
    return "qwen1";
  }

  @Override
  public String summary() {
    return "Qwen 1: fused q, k and v with biases, dynamic NTK and log-n attention";
  }

  @Override
  public List<String> aliases() {
    return List.of("qwen");
  }

  @Override
  public boolean reads(Config config) {
    return config.text("model_type", "").equals("qwen");
  }

  // ---- configuration to model

  @Override
  public Model spec(Config config, TensorInfos tensors) {
    Keys keys = Keys.of(config);
    if (!config.text("activation", "swiglu").equals("swiglu"))
      throw config.invalid("activation", "swiglu");
    long width = config.number(keys.width()), context = config.number(keys.context(), 0);
    boolean biased = !config.flag(BIASLESS, true);
    Heads heads = attention(config, keys, width);
    // The key counts both matrices of the gate.
    Gated gated = Dsl.swiglu(config.number(keys.hidden()) / 2);
    Gated ffn = biased ? gated.biased() : gated;
    var norm = Dsl.rms(config.real("layer_norm_epsilon", keys.early() ? 1e-5 : 1e-6));
    Model model =
        Dsl.causal("qwen1", config.number(keys.vocabulary()), width)
            .layers(config.number(keys.layers()), Dsl.block(norm).attention(heads).ffn(ffn))
            .finalNorm(norm)
            .heads(
                CausalHead.read(
                    CausalHead.unscored(config, "QWenLMHeadModel"),
                    Dsl.lm().tied(config.flag("tie_word_embeddings", false))))
            .context(context);
    return Roles.read(model, config, LlamaLike.ROLES);
  }

  /** What the two releases call the sizes, and what they take where a switch is not set. */
  private record Keys(
      String width,
      String layers,
      String heads,
      String hidden,
      String vocabulary,
      String context,
      boolean early) {
    static Keys of(Config config) {
      return config.has("n_embd")
          ? new Keys(
              "n_embd",
              "n_layer",
              "n_head",
              "ffn_hidden_size",
              config.has("padded_vocab_size") ? "padded_vocab_size" : "vocab_size",
              "n_positions",
              true)
          : new Keys(
              "hidden_size",
              "num_hidden_layers",
              "num_attention_heads",
              "intermediate_size",
              "vocab_size",
              "max_position_embeddings",
              false);
    }
  }

  private static Heads attention(Config config, Keys keys, long width) {
    Heads plain = Dsl.mha(config.number(keys.heads()));
    long headDim = plain.resolved(width).headDim();
    if (config.number("kv_channels", headDim) != headDim)
      throw config.invalid("kv_channels", headDim + ", the width over the heads");
    Heads biased =
        config.flag(BIASLESS, true)
            ? plain.biased(Projection.Q, Projection.K, Projection.V)
            : plain.biased();
    Heads scaled = config.flag("scale_attn_weights", true) ? biased : biased.scale(1);
    long rotated = (long) (headDim * config.real("rotary_pct", 1));
    Rope rope = Dsl.rope(config.real("rotary_emb_base", 10_000)).dim(rotated);
    boolean grows = config.flag("use_dynamic_ntk", !keys.early());
    Heads rotary =
        scaled.position(
            grows
                ? rope.scaled(Dsl.dynamicNtk(1, config.number("seq_length")).inPowersOfTwo())
                : rope);
    return config.flag("use_logn_attn", !keys.early())
        ? rotary.logn(config.number("seq_length"))
        : rotary;
  }

  // ---- model to configuration

  @Override
  public Config config(Model model, Spelling spelling) {
    Outline outline = Outline.of(model);
    Heads heads = outline.heads();
    OptionalLong grows =
        outline.rope().scaling() instanceof RopeScaling.DynamicNtk ntk
            ? OptionalLong.of(ntk.trained())
            : OptionalLong.empty();
    long trained = grows.orElse(heads.logn().orElse(Math.max(1, model.context())));
    long rotated = outline.rope().dim() == 0 ? heads.headDim() : outline.rope().dim();
    Config.Builder config =
        CausalHead.writeUnscored(Config.builder(), model, "QWen", "QWenLMHeadModel")
            .set("model_type", "qwen")
            .set("vocab_size", outline.vocabulary())
            .set("hidden_size", outline.tower().dim())
            .set("intermediate_size", 2 * outline.ffn().hidden())
            .set("num_hidden_layers", outline.tower().depth())
            .set("num_attention_heads", heads.heads())
            .set("kv_channels", outline.tower().dim() / heads.heads())
            .set("layer_norm_epsilon", outline.eps())
            .set("rotary_emb_base", outline.rope().theta())
            .set("rotary_pct", (double) rotated / heads.headDim())
            .set("seq_length", trained)
            .set("use_dynamic_ntk", grows.isPresent())
            .set("use_logn_attn", heads.logn().isPresent())
            .set("scale_attn_weights", heads.isUsuallyScaled())
            .set(BIASLESS, !heads.bias().contains(Projection.O) && !outline.ffn().bias())
            .set("tie_word_embeddings", outline.tied());
    if (model.context() != 0) config.set("max_position_embeddings", model.context());
    Roles.write(config, model, LlamaLike.ROLES);
    return config.build();
  }

  // ---- tensors

  @Override
  public List<Row> rows(Model model) {
    String layer = "transformer.h.{i}.", block = "decoder.{i}.";
    List<Row> rows = new ArrayList<>(CausalHead.rows());
    rows.add(row("transformer.wte.weight", "embed.token.weight"));
    rows.add(row(layer + "ln_1.weight", block + "attn.norm.weight"));
    for (String part : List.of("weight", "bias"))
      rows.add(
          row(
              layer + "attn.c_attn." + part,
              byPart(
                  p(block + "attn.q." + part),
                  p(block + "attn.k." + part),
                  p(block + "attn.v." + part))));
    rows.addAll(Row.weightAndBias(layer + "attn.c_proj", block + "attn.o"));
    rows.add(row(layer + "ln_2.weight", block + "ffn.norm.weight"));
    // It is the second that passes the activation.
    rows.addAll(Row.weightAndBias(layer + "mlp.w1", block + "ffn.up"));
    rows.addAll(Row.weightAndBias(layer + "mlp.w2", block + "ffn.gate"));
    rows.addAll(Row.weightAndBias(layer + "mlp.c_proj", block + "ffn.down"));
    rows.add(row("transformer.ln_f.weight", "decoder.norm.weight"));
    // Frequencies, the causal mask, and the logarithms of positions.
    rows.add(
        Row.ignored(
            "transformer\\.(h\\.\\d+\\.attn\\.)?(rotary_emb\\.inv_freq|bias|masked_bias|logn_tensor)"));
    return rows;
  }

  @Override
  public List<Preset> presets() {
    return Presets.of("qwen-7b");
  }
}
