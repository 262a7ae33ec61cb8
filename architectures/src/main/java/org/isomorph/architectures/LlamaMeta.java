package org.isomorph.architectures;

import static org.isomorph.dialect.Row.row;

import java.util.ArrayList;
import java.util.List;
import org.isomorph.dialect.Arrangement;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.Outline;
import org.isomorph.dialect.Preset;
import org.isomorph.dialect.Row;
import org.isomorph.dialect.Spelling;
import org.isomorph.dialect.TensorInfos;
import org.isomorph.sharding.MetaSharding;
import org.isomorph.spec.Dsl;
import org.isomorph.spec.Gated;
import org.isomorph.spec.Heads;
import org.isomorph.spec.Model;
import org.isomorph.spec.Rope;
import org.isomorph.spec.RopeScaling;

/**
 * LLaMA as Meta publishes it: {@code params.json} and {@code consolidated.NN.pth}. The same models
 * as {@link Llama}'s, with neighbours as the pairs that are rotated, and names of Meta's.
 */
public final class LlamaMeta implements Dialect {
  private static final String TOKENS = "tok_embeddings.weight";
  private static final String HEAD = "output.weight";
  private static final String SCALED = "use_scaled_rope";
  private static final String FACTOR = "rope_scaling_factor";

  /** What the code has as constants behind {@code use_scaled_rope}. */
  private static final RopeScaling.Llama3 SCALING = new RopeScaling.Llama3(8, 1, 4, 8192);

  @Override
  public String name() {
    return "llama-meta";
  }

  @Override
  public String summary() {
    return "LLaMA 1, 2, 3, 3.1 as Meta publishes it: params.json and consolidated.00.pth";
  }

  @Override
  public List<String> aliases() {
    return List.of("meta");
  }

  @Override
  public String configurationFile() {
    return "params.json";
  }

  @Override
  public boolean tellsDType() {
    return false;
  }

  @Override
  public Arrangement files(long maxShardBytes) {
    return files(new MetaSharding());
  }

  /** Keys of the mixtures and of other models that Meta's code reads are no keys of LLaMA's. */
  @Override
  public boolean reads(Config config) {
    return !config.has("model_type")
        && config.has("dim")
        && config.has("n_layers")
        && config.has("n_heads")
        && !config.has("moe");
  }

  @Override
  public Model spec(Config config, TensorInfos tensors) {
    long width = config.number("dim");
    long heads = config.number("n_heads");
    Heads attention =
        Dsl.gqa(heads, config.number("n_kv_heads", heads)).position(rope(config).pairs());
    Gated ffn = Dsl.swiglu(HiddenSize.read(config, width));
    return Dsl.causal("llama-meta", vocabulary(config, tensors), width)
        .layers(
            config.number("n_layers"),
            Dsl.block(Dsl.rms(config.real("norm_eps", 1e-5))).attention(attention).ffn(ffn))
        .head(Dsl.lm().tied(tensors.lack(HEAD)));
  }

  private static Rope rope(Config config) {
    Rope plain = Dsl.rope(config.real("rope_theta", 10_000));
    if (!config.flag(SCALED, false)) return plain;
    return plain.scaled(
        new RopeScaling.Llama3(
            config.real(FACTOR, SCALING.factor()),
            SCALING.lowFrequencyFactor(),
            SCALING.highFrequencyFactor(),
            SCALING.trained()));
  }

  /** LLaMA 1 and 2 leave it to the tokenizer, and so to the table, which has a row a token. */
  private static long vocabulary(Config config, TensorInfos tensors) {
    long said = config.number("vocab_size", -1);
    if (said != -1) return said;
    return tensors
        .shape(TOKENS)
        .filter(shape -> shape.rank() == 2)
        .map(shape -> shape.dim(0))
        .orElseThrow(() ->
            config.invalid("vocab_size", "a number, as there is no " + TOKENS + " to tell it"));
  }

  @Override
  public Config config(Model model, Spelling spelling) {
    Outline outline = Outline.of(model);
    Config.Builder config = Config.builder();
    config.set("dim", outline.tower().dim());
    config.set("n_layers", outline.tower().depth());
    config.set("n_heads", outline.heads().heads());
    config.set("n_kv_heads", outline.heads().keyValueHeads());
    config.set("vocab_size", outline.vocabulary());
    HiddenSize.write(config, outline.tower().dim(), outline.ffn().hidden());
    config.set("norm_eps", outline.eps());
    config.set("rope_theta", outline.rope().theta());
    if (outline.rope().scaling() instanceof RopeScaling.Llama3 scaling) {
      config.set(SCALED, true);
      if (scaling.factor() != SCALING.factor()) config.set(FACTOR, scaling.factor());
    }
    return config.build();
  }

  @Override
  public List<Row> rows(Model model) {
    List<Row> rows = new ArrayList<>();
    rows.add(row(TOKENS, "embed.token.weight"));
    rows.add(row("norm.weight", "decoder.norm.weight"));
    rows.add(row(HEAD, "head.weight"));
    rows.add(Row.ignored("rope\\.freqs"));
    rows.add(layer("attention_norm", "attn.norm"));
    for (String part : List.of("q", "k", "v", "o"))
      rows.add(layer("attention.w" + part, "attn." + part));
    rows.add(layer("ffn_norm", "ffn.norm"));
    rows.add(layer("feed_forward.w1", "ffn.gate"));
    rows.add(layer("feed_forward.w2", "ffn.down"));
    rows.add(layer("feed_forward.w3", "ffn.up"));
    return rows;
  }

  private static Row layer(String stored, String parameter) {
    return row("layers.{i}." + stored + ".weight", "decoder.{i}." + parameter + ".weight");
  }

  @Override
  public List<Preset> presets() {
    return Presets.of("meta-llama-3-8b");
  }
}
