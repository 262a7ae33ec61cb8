package org.isomorph.architectures;

import static org.isomorph.dialect.Row.row;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.Outline;
import org.isomorph.dialect.Roles;
import org.isomorph.dialect.Row;
import org.isomorph.dialect.Spelling;
import org.isomorph.dialect.TensorInfos;
import org.isomorph.spec.Block;
import org.isomorph.spec.Dsl;
import org.isomorph.spec.FeedForward;
import org.isomorph.spec.Frame;
import org.isomorph.spec.Gated;
import org.isomorph.spec.Heads;
import org.isomorph.spec.KeyValues;
import org.isomorph.spec.Mask;
import org.isomorph.spec.Model;
import org.isomorph.spec.Norm;
import org.isomorph.spec.Retention;
import org.isomorph.spec.Rope;
import org.isomorph.spec.Tower;

/**
 * YOCO: a self-decoder of gated retention or of attention in a sliding window, and a cross-decoder
 * whose layers share one cache of keys and values. Sun et al., arXiv 2405.05254.
 *
 * <p>Keys are the arguments of the authors' model, which has no {@code config.json}: {@code
 * sliding_window} decides between attention and retention, {@code rope_theta} is 10000 and {@code
 * norm_eps} 1e-5 where they are absent. {@code share_input_output_embed}, a parameter of their
 * constructor, says that the head is tied; so does a head that the files do not have.
 */
public final class Yoco implements Dialect {
  private static final String HEAD = "output_projection.weight";
  private static final String WINDOW = "sliding_window";

  @Override
  public String name() {
    return "yoco";
  }

  @Override
  public String summary() {
    return "YOCO: retention or a sliding window, then layers that share one cache";
  }

  @Override
  public boolean reads(Config config) {
    return config.text("model_type", "").equals("yoco");
  }

  // ---- configuration to model

  @Override
  public Model spec(Config config, TensorInfos tensors) {
    long dim = config.number("dim");
    // Half of the layers, rounded down, on either side.
    long layers = config.number("n_layers") / 2;
    long heads = config.number("n_attn_heads"), keyValueHeads = config.number("n_attn_kv_heads");
    Norm norm = Dsl.rms(config.real("norm_eps", 1e-5));
    Rope rotary = Dsl.rope(config.real("rope_theta", 10_000)).pairs().inclusive();
    FeedForward ffn = Dsl.swiglu(config.number("hidden_dim"));
    Block cross =
        Dsl.block(norm)
            .attention(Dsl.gqa(heads, keyValueHeads).position(rotary).from(KeyValues.SHARED_CACHE))
            .ffn(ffn);
    boolean tied = config.flag("share_input_output_embed", false) || tensors.lack(HEAD);
    Model model =
        Dsl.model(
                "yoco",
                Dsl.tower(
                        "self",
                        Mask.CAUSAL,
                        dim,
                        Dsl.tokens(config.number("vocab_size")).scale(Math.sqrt((double) dim)))
                    .layers(layers, self(config, norm, rotary).ffn(ffn))
                    .finalNorm(Dsl.noNorm()),
                Dsl.tower("cross", Mask.CAUSAL, dim, Dsl.continues("self"))
                    .cache(Dsl.sharedCache(norm, keyValueHeads, dim / heads).position(rotary))
                    .layers(layers, cross)
                    .finalNorm(norm))
            .head(Dsl.lm().tied(tied))
            .context(Math.max(0, config.number("max_seq_len", 0)));
    return Roles.read(model, config, LlamaLike.ROLES);
  }

  private static Block self(Config config, Norm norm, Rope rotary) {
    long heads = config.number("n_self_heads");
    OptionalLong window = config.optionalNumber(WINDOW);
    Frame frame = Dsl.block(norm);
    return window.isPresent()
        ? frame.attention(Dsl.mha(heads).window(window).position(rotary))
        : frame.retention(Dsl.retention(heads, plain(norm)).position(rotary));
  }

  /** What normalises the output of retention: the same norm without a gain. */
  private static Norm plain(Norm norm) {
    return norm instanceof Norm.Rms rms ? rms.plain() : norm;
  }

  // ---- model to configuration

  @Override
  public Config config(Model model, Spelling spelling) {
    Outline outline = Outline.of(model);
    Tower self = model.towers().getFirst(), cross = outline.tower();
    Heads attention = Outline.first(self, Heads.class, outline.heads());
    Retention usual = Dsl.retention(attention.heads(), Dsl.rms(outline.eps()).plain());
    Config.Builder config =
        Config.builder()
            .set("model_type", "yoco")
            .set("vocab_size", outline.vocabulary())
            .set("dim", cross.dim())
            .set("n_layers", 2 * cross.depth())
            .set("hidden_dim", Outline.first(self, Gated.class, Dsl.swiglu(1)).hidden())
            .set("n_self_heads", Outline.first(self, Retention.class, usual).heads())
            .set("n_attn_heads", outline.heads().heads())
            .set("n_attn_kv_heads", outline.heads().keyValueHeads())
            .set("rope_theta", outline.rope().theta())
            .set("norm_eps", outline.eps());
    attention.window().ifPresent(window -> config.set(WINDOW, window));
    if (outline.tied()) config.set("share_input_output_embed", true);
    if (model.context() != 0) config.set("max_seq_len", model.context());
    Roles.write(config, model, LlamaLike.ROLES);
    return config.build();
  }

  // ---- tensors

  @Override
  public List<Row> rows(Model model) {
    String own = "self_decoder.layers.{i}.", cross = "cross_decoder.layers.{i}.";
    List<Row> rows = new ArrayList<>();
    rows.add(row("embed_tokens.weight", "embed.token.weight"));
    mixer(rows, own, "self.{i}.attn.", "q", "k", "v");
    mixer(rows, own, "self.{i}.retention.", "q", "k", "v");
    rows.add(row(own + "mixer.g_proj.weight", "self.{i}.retention.gate.weight"));
    rows.add(row(own + "mixer.gt_proj.weight", "self.{i}.retention.decay.weight"));
    ffn(rows, own, "self.{i}.ffn.");
    rows.add(row("cross_decoder.kv_layer_norm.weight", "cross.cache.norm.weight"));
    rows.add(row("cross_decoder.k_proj.weight", "cross.cache.k.weight"));
    rows.add(row("cross_decoder.v_proj.weight", "cross.cache.v.weight"));
    mixer(rows, cross, "cross.{i}.cross.", "q");
    ffn(rows, cross, "cross.{i}.ffn.");
    rows.add(row("layer_norm.weight", "cross.norm.weight"));
    rows.add(row(HEAD, "head.weight"));
    rows.add(Row.copy(HEAD, "embed.token.weight"));
    return rows;
  }

  private static void mixer(List<Row> rows, String layer, String parameter, String... parts) {
    rows.add(row(layer + "mixer_layer_norm.weight", parameter + "norm.weight"));
    for (String part : parts)
      rows.add(row(layer + "mixer." + part + "_proj.weight", parameter + part + ".weight"));
    rows.add(row(layer + "mixer.out_proj.weight", parameter + "o.weight"));
  }

  private static void ffn(List<Row> rows, String layer, String parameter) {
    rows.add(row(layer + "final_layer_norm.weight", parameter + "norm.weight"));
    // What passes the activation is called fc1, what it is multiplied with gate.
    rows.add(row(layer + "ffn.fc1.weight", parameter + "gate.weight"));
    rows.add(row(layer + "ffn.gate.weight", parameter + "up.weight"));
    rows.add(row(layer + "ffn.fc2.weight", parameter + "down.weight"));
  }
}
