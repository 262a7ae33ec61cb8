package org.example;

// snippet: family
import static org.isomorph.dialect.Row.p;
import static org.isomorph.dialect.Row.row;
import static org.isomorph.layout.Packings.byPart;
import static org.isomorph.layout.Packings.gateUp;

import java.util.List;
import java.util.stream.Stream;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.Row;
import org.isomorph.dialect.Spelling;
import org.isomorph.dialect.TensorInfos;
import org.isomorph.spec.Block;
import org.isomorph.spec.Dsl;
import org.isomorph.spec.Gated;
import org.isomorph.spec.Head;
import org.isomorph.spec.Heads;
import org.isomorph.spec.Mixer;
import org.isomorph.spec.Model;
import org.isomorph.spec.Norm;
import org.isomorph.spec.Rope;
import org.isomorph.spec.Run;
import org.isomorph.spec.Tokens;

/** Minnow: LLaMA's function with fused projections, under names of its own. */
public final class Minnow implements Dialect {
  @Override
  public String name() {
    return "minnow";
  }

  @Override
  public String summary() {
    return "Minnow: LLaMA with fused projections";
  }

  @Override
  public boolean reads(Config config) {
    return config.text("model_type", "").equals("minnow");
  }

  @Override
  public Model spec(Config config, TensorInfos tensors) {
    Norm norm = Dsl.rms(config.real("norm_eps", 1e-5));
    long heads = config.number("heads");
    Block block =
        Dsl.block(norm)
            .attention(
                Dsl.gqa(heads, config.number("key_value_heads", heads))
                    .rope(config.real("rope_theta", 10_000)))
            .ffn(Dsl.swiglu(config.number("hidden")));
    return Dsl.causal("minnow", config.number("vocabulary"), config.number("width"))
        .layers(config.number("layers"), block)
        .head(Dsl.lm().tied(config.flag("tied", false)));
  }

  @Override
  public Config config(Model model, Spelling spelling) {
    Heads heads = first(model, Heads.class, Dsl.mha(1));
    Gated ffn = first(model, Gated.class, Dsl.swiglu(1));
    Config.Builder config =
        Config.builder()
            .set("model_type", "minnow")
            .set("vocabulary", model.tokens().map(Tokens::vocabulary).orElse(1L))
            .set("width", model.last().dim())
            .set("layers", model.last().depth())
            .set("heads", heads.heads())
            .set("key_value_heads", heads.keyValueHeads())
            .set("hidden", ffn.hidden())
            .set("tied", model.lm().map(Head.Lm::isTied).orElse(false));
    if (heads.position() instanceof Rope rope) config.set("rope_theta", rope.theta());
    if (model.last().norm() instanceof Norm.Rms rms) config.set("norm_eps", rms.eps());
    return config.build();
  }

  /** The first mixer of a kind, or a stand-in where the model has none. */
  private static <M extends Mixer> M first(Model model, Class<M> kind, M otherwise) {
    Stream<Mixer> mixers = model.last().runs().stream().map(Run::block).flatMap(Block::mixers);
    return mixers.filter(kind::isInstance).map(kind::cast).findFirst().orElse(otherwise);
  }

  @Override
  public List<Row> rows(Model model) {
    return List.of(
        row("tokens.weight", "embed.token.weight"),
        row("blocks.{i}.norm1.weight", "decoder.{i}.attn.norm.weight"),
        row(
            "blocks.{i}.qkv.weight",
            byPart(
                p("decoder.{i}.attn.q.weight"),
                p("decoder.{i}.attn.k.weight"),
                p("decoder.{i}.attn.v.weight"))),
        row("blocks.{i}.out.weight", "decoder.{i}.attn.o.weight"),
        row("blocks.{i}.norm2.weight", "decoder.{i}.ffn.norm.weight"),
        row(
            "blocks.{i}.gate_up.weight",
            gateUp(p("decoder.{i}.ffn.gate.weight"), p("decoder.{i}.ffn.up.weight"))),
        row("blocks.{i}.down.weight", "decoder.{i}.ffn.down.weight"),
        row("norm.weight", "decoder.norm.weight"),
        row("head.weight", "head.weight"));
  }
}
// end
