package org.isomorph.architectures;

import static org.isomorph.dialect.Row.p;
import static org.isomorph.dialect.Row.row;
import static org.isomorph.layout.Layout.each;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.Outline;
import org.isomorph.dialect.Roles;
import org.isomorph.dialect.Row;
import org.isomorph.dialect.Spelling;
import org.isomorph.dialect.TensorInfos;
import org.isomorph.spec.Activation;
import org.isomorph.spec.Dsl;
import org.isomorph.spec.FeedForward;
import org.isomorph.spec.Heads;
import org.isomorph.spec.Mixture;
import org.isomorph.spec.Model;
import org.isomorph.spec.Norm;

/**
 * GLaM: a mixture of experts in every other layer, of which two serve a token, and learned biases
 * for buckets of distances in every layer. Du et al., arXiv 2112.06905.
 *
 * <p>There are no published weights and no published {@code config.json}; the function is that of
 * the authors' code in praxis, with tensor names after its modules. What its configuration calls
 * defaults is fixed here: 32 buckets up to a distance of 128, norms with an epsilon of 1e-6, scores
 * that are not scaled, one more logit of 0 in every softmax, a GEGLU in the odd layers, two of
 * {@code experts} plain ReLU layers in the even ones, and no limit to what an expert takes. Without
 * {@code experts} all layers are alike, as in the authors' dense models; without {@code head_dim}
 * it is the width over the heads.
 */
public final class Glam implements Dialect {
  private static final double EPS = 1e-6;
  private static final long CHOSEN = 2;

  /** Parts of attention on disk, and what they are. */
  private static final Map<String, String> ATTENTION =
      Map.of("query", "q", "key", "k", "value", "v", "post", "o");

  /** Parts of a dense layer on disk, and what they are. */
  private static final Map<String, String> DENSE =
      Map.of("ffn_layer1_gate", "gate", "ffn_layer1", "up", "ffn_layer2", "down");

  /** Parts of all experts on disk, and what they are. */
  private static final Map<String, String> EXPERT = Map.of("wi_0", "up", "wo_0", "down");

  @Override
  public String name() {
    return "glam";
  }

  @Override
  public String summary() {
    return "GLaM: a mixture of experts in every other layer, buckets of distances";
  }

  @Override
  public boolean reads(Config config) {
    return config.text("model_type", "").equals("glam");
  }

  @Override
  public Model spec(Config config, TensorInfos tensors) {
    long dim = config.number("dim"), hidden = config.number("ffn");
    long experts = config.number("experts", 0);
    Norm norm = Dsl.rms(EPS);
    Heads attention =
        Dsl.mha(config.number("heads"))
            .headDim(config.number("head_dim", 0))
            .scale(1)
            .sink(Dsl.constant(0))
            .position(Dsl.buckets(32, 128).perLayer());
    FeedForward dense = Dsl.geglu(hidden);
    FeedForward sparse =
        experts == 0 ? dense : Dsl.moe(experts, CHOSEN, Dsl.mlp(hidden, Activation.RELU));
    Model model =
        Dsl.causal("glam", config.number("vocab"), dim)
            .layers(
                config.number("layers"),
                layer -> Dsl.block(norm).attention(attention).ffn(layer % 2 == 0 ? sparse : dense))
            .finalNorm(norm)
            .head(Dsl.lm().tied().scale(Math.pow((double) dim, -0.5)));
    return Roles.read(model, config, LlamaLike.ROLES);
  }

  @Override
  public Config config(Model model, Spelling spelling) {
    Outline outline = Outline.of(model);
    Config.Builder config =
        Config.builder()
            .set("model_type", "glam")
            .set("vocab", outline.vocabulary())
            .set("dim", outline.tower().dim())
            .set("ffn", outline.ffn().hidden())
            .set("heads", outline.heads().heads())
            .set("head_dim", outline.heads().headDim())
            .set("layers", outline.tower().depth());
    if (outline.tower().has(Mixture.class))
      config.set("experts", Outline.mixture(outline.tower()).experts());
    Roles.write(config, model, LlamaLike.ROLES);
    return config.build();
  }

  @Override
  public List<Row> rows(Model model) {
    String block = "x_layers.{i}.", layer = "decoder.{i}.";
    List<Row> rows = new ArrayList<>();
    rows.add(row("emb", "embed.token.weight"));
    rows.add(row(block + "layer_norm.scale", layer + "attn.norm.weight"));
    ATTENTION.forEach((stored, part) ->
        rows.add(
            row(
                block + "self_attention." + stored + ".weight",
                layer + "attn." + part + ".weight")));
    rows.add(row(block + "self_attention.wrb", p(layer + "attn.buckets.weight").transpose()));
    rows.add(row(block + "ff_layer.layer_norm.scale", layer + "ffn.norm.weight"));
    DENSE.forEach((stored, part) ->
        rows.add(row(block + "ff_layer." + stored + ".weight", layer + "ffn." + part + ".weight")));
    // The maps of a mixture are [in, out], and those of all experts are one tensor.
    rows.add(row(block + "ff_layer.gate", p(layer + "ffn.router.weight").transpose()));
    EXPERT.forEach((stored, part) ->
        rows.add(
            row(
                block + "ff_layer." + stored,
                each(0, "e", p(layer + "ffn.experts.{e}." + part + ".weight").transpose()))));
    rows.add(row("final_ln.scale", "decoder.norm.weight"));
    return rows;
  }
}
