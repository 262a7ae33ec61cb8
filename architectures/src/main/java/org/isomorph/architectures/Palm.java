package org.isomorph.architectures;

import static org.isomorph.dialect.Row.p;
import static org.isomorph.dialect.Row.row;
import static org.isomorph.layout.Layout.concat;

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
import org.isomorph.spec.Model;
import org.isomorph.spec.Norm;

/**
 * PaLM: attention and a SwiGLU beside each other behind one norm, one key head for all query heads,
 * no biases. Chowdhery et al., arXiv 2204.02311.
 *
 * <p>There are no published weights; names and keys are those of the PyTorch implementation
 * PaLM-pytorch, a sequence of modules in which the table is number 0 and the head the last. Its
 * keys are the parameters of its constructor: {@code dim_head} is 64, {@code heads} 8 and {@code
 * ff_mult} 4 where they are absent. Its rotary base is always 10000, its norms' epsilon 1e-5.
 */
public final class Palm implements Dialect {
  private static final double EPS = 1e-5;

  @Override
  public String name() {
    return "palm";
  }

  @Override
  public String summary() {
    return "PaLM: parallel blocks, one key head, no biases";
  }

  @Override
  public boolean reads(Config config) {
    return config.text("model_type", "").equals("palm");
  }

  @Override
  public Model spec(Config config, TensorInfos tensors) {
    long dim = config.number("dim");
    // As the authors' code does, a fraction of a row is cut off.
    long hidden = (long) ((double) dim * config.real("ff_mult", 4));
    Norm norm = Dsl.layerNorm(EPS).unbiased();
    Model model =
        Dsl.causal("palm", config.number("num_tokens"), dim)
            .layers(
                config.number("depth"),
                Dsl.block(norm)
                    .parallelShared(
                        Dsl.mqa(config.number("heads", 8))
                            .headDim(config.number("dim_head", 64))
                            .rope(10_000),
                        Dsl.swiglu(hidden)))
            .finalNorm(norm)
            .head(Dsl.lm().tied());
    return Roles.read(model, config, LlamaLike.ROLES);
  }

  @Override
  public Config config(Model model, Spelling spelling) {
    Outline outline = Outline.of(model);
    long dim = outline.tower().dim(), hidden = outline.ffn().hidden();
    Config.Builder config =
        Config.builder()
            .set("model_type", "palm")
            .set("num_tokens", outline.vocabulary())
            .set("dim", dim)
            .set("depth", outline.tower().depth())
            .set("heads", outline.heads().heads())
            .set("dim_head", outline.heads().headDim());
    if (hidden % dim == 0) config.set("ff_mult", hidden / dim);
    else config.set("ff_mult", (double) hidden / (double) dim);
    Roles.write(config, model, LlamaLike.ROLES);
    return config.build();
  }

  @Override
  public List<Row> rows(Model model) {
    long depth = model.last().depth();
    String block = "{i+1}.fn.", norm = depth + 1 + ".";
    return List.of(
        row("0.weight", "embed.token.weight"),
        row(block + "norm.gamma", "decoder.{i}.attn.norm.weight"),
        row(
            block + "fused_attn_ff_proj.weight",
            concat(
                0,
                p("decoder.{i}.attn.q.weight"),
                p("decoder.{i}.attn.k.weight"),
                p("decoder.{i}.attn.v.weight"),
                p("decoder.{i}.ffn.up.weight"),
                p("decoder.{i}.ffn.gate.weight"))),
        row(block + "attn_out.weight", "decoder.{i}.attn.o.weight"),
        row(block + "ff_out.1.weight", "decoder.{i}.ffn.down.weight"),
        row(norm + "gamma", "decoder.norm.weight"),
        // PyTorch's norm wants a bias; the implementation gives it a buffer that is never trained.
        Row.zeros(block + "norm.beta", "decoder.{i}.attn.norm.weight"),
        Row.zeros(norm + "beta", "decoder.norm.weight"),
        Row.storedCopy(depth + 2 + ".weight", "embed.token.weight"),
        Row.ignored("\\d+\\.fn\\.rotary_emb\\.inv_freq"));
  }

  @Override
  public List<Preset> presets() {
    return Presets.of("palm-8b", "palm-540b");
  }
}
