package org.isomorph.architectures;

import static org.isomorph.dialect.Row.p;
import static org.isomorph.dialect.Row.row;
import static org.isomorph.layout.Packings.byGroup;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.Outline;
import org.isomorph.dialect.Preset;
import org.isomorph.dialect.Roles;
import org.isomorph.dialect.Row;
import org.isomorph.dialect.Spelling;
import org.isomorph.dialect.TensorInfos;
import org.isomorph.spec.Activation;
import org.isomorph.spec.Block;
import org.isomorph.spec.Dense;
import org.isomorph.spec.Dsl;
import org.isomorph.spec.Frame;
import org.isomorph.spec.Heads;
import org.isomorph.spec.Model;
import org.isomorph.spec.Norm;
import org.isomorph.spec.RelativePosition;
import org.isomorph.spec.Residual;
import org.isomorph.spec.Role;
import org.isomorph.spec.Rope;
import org.isomorph.spec.Tokens;

/**
 * Falcon in its three architectures. Almazrouei et al., arXiv 2311.16867; Penedo et al., arXiv
 * 2306.01116.
 *
 * <table>
 * <caption>Architectures</caption>
 * <tr><td>7B</td><td>attention and feed-forward layer beside each other behind one norm, one key head</td></tr>
 * <tr><td>40B, 180B, 11B</td><td>{@code new_decoder_architecture}: groups of query heads; a norm for each of the two, or one (11B)</td></tr>
 * <tr><td>RW</td><td>one after the other, ALiBi, biases, as many key heads as query heads</td></tr>
 * </table>
 *
 * <p>Queries, keys and values are fused group by group in all of them; one key head is one group.
 * ALiBi's slopes are divided by the root of the head dimension, as scores are; the code moreover
 * rounds the biases to bfloat16. The first published configurations are of the types RefinedWeb
 * (the new architecture) and RefinedWebModel (the others), with keys like BLOOM's.
 */
public final class Falcon implements Dialect {
  private static final Role[] ROLES = {Role.BOS, Role.EOS, Role.PAD};
  private static final long USUAL_CONTEXT = 2048;

  private static final String TYPE = "falcon";
  private static final String FIRST_NEW = "RefinedWeb";
  private static final String FIRST_OLD = "RefinedWebModel";

  /** What the first published configurations call keys. */
  private static final Map<String, String> FIRST_NAMES =
      Map.of(
          "num_attention_heads", "n_head",
          "num_hidden_layers", "n_layer",
          "num_kv_heads", "n_head_kv");

  @Override
  public String name() {
    return "falcon";
  }

  @Override
  public String summary() {
    return "Falcon 7B, 40B, 180B, 11B and RW";
  }

  @Override
  public boolean reads(Config config) {
    return List.of(TYPE, FIRST_NEW, FIRST_OLD).contains(config.text("model_type", ""));
  }

  // ---- configuration to model

  @Override
  public Model spec(Config config, TensorInfos tensors) {
    List<String> classes = config.texts("architectures");
    if (!classes.isEmpty() && classes.stream().noneMatch(each -> each.endsWith("ForCausalLM")))
      throw config.invalid("architectures", "FalconForCausalLM");
    if (config.flag("apply_residual_connection_post_layernorm", false))
      throw config.invalid(
          "apply_residual_connection_post_layernorm",
          "false: residuals that start behind the norm are not described");
    long width = config.has("n_embed") ? config.number("n_embed") : config.number("hidden_size");
    boolean alibi = config.flag("alibi", false);
    Norm norm = Dsl.layerNorm(config.real("layer_norm_epsilon", 1e-5));
    Model model =
        Dsl.causal("falcon", config.number("vocab_size"), width)
            // Distances count from the first token that is not padding, positions do not.
            .embed(tokens -> alibi ? tokens.numbering(Tokens.Numbering.UNPADDED) : tokens)
            .layers(
                config.number(key(config, "num_hidden_layers")),
                block(config, Dsl.block(norm), attention(config, width, alibi), ffn(config, width)))
            .finalNorm(norm)
            .head(Dsl.lm().tied(config.flag("tie_word_embeddings", true)))
            .context(context(config));
    return Roles.read(model, config, ROLES);
  }

  /** What this configuration calls a key. */
  private static String key(Config config, String key) {
    String first = FIRST_NAMES.getOrDefault(key, key);
    return config.has(key) || !config.has(first) ? key : first;
  }

  private static long context(Config config) {
    return config.number("max_position_embeddings", USUAL_CONTEXT);
  }

  private static boolean isNew(Config config) {
    return config.flag("new_decoder_architecture", config.text("model_type", "").equals(FIRST_NEW));
  }

  /** A flag that the first configurations, unlike later ones, do not take to be set. */
  private static boolean usualFlag(Config config, String key) {
    return config.flag(key, config.text("model_type", "").equals(TYPE));
  }

  private static Heads attention(Config config, long width, boolean alibi) {
    long heads = config.number(key(config, "num_attention_heads"));
    Heads plain = Dsl.gqa(heads, keyValueHeads(config, heads));
    Heads biased = config.flag("bias", false) ? plain.biased() : plain;
    return biased.position(
        alibi
            ? Dsl.alibi().scale(plain.resolved(width).scale())
            : RopeKeys.read(config, 10_000, context(config)));
  }

  private static long keyValueHeads(Config config, long heads) {
    if (!isNew(config) && usualFlag(config, "multi_query")) return 1;
    String key = key(config, "num_kv_heads");
    long said = config.number(key, heads);
    if (!isNew(config) && said != heads)
      throw config.invalid(
          key, heads + ", a key head for each query head, unless the architecture is new");
    return said;
  }

  private static Dense ffn(Config config, long width) {
    Activation activation = Activations.read(config, "activation", "gelu");
    Dense plain =
        Dsl.mlp(config.number("ffn_hidden_size", Math.multiplyExact(4, width)), activation);
    return config.flag("bias", false) ? plain.biased() : plain;
  }

  private static Block block(Config config, Frame frame, Heads attention, Dense ffn) {
    boolean isNew = isNew(config);
    if (!isNew && !usualFlag(config, "parallel_attn")) return frame.attention(attention).ffn(ffn);
    long norms = config.number("num_ln_in_parallel_attn", isNew ? 2 : 1);
    if (norms != 1 && !(isNew && norms == 2))
      throw config.invalid("num_ln_in_parallel_attn", isNew ? "1 or 2" : "1");
    return norms == 1 ? frame.parallelShared(attention, ffn) : frame.parallel(attention, ffn);
  }

  // ---- model to configuration

  @Override
  public Config config(Model model, Spelling spelling) {
    Outline outline = Outline.of(model);
    Heads heads = outline.heads();
    long groups = heads.keyValueHeads();
    boolean parallel = branches(model) > 1, ownNorms = parallel && !sharesNorm(model);
    boolean isNew = ownNorms || (parallel && groups != 1 && groups != heads.heads());
    Config.Builder config =
        Config.builder()
            .set("architectures", List.of("FalconForCausalLM"))
            .set("model_type", TYPE)
            .set("vocab_size", outline.vocabulary())
            .set("hidden_size", outline.tower().dim())
            .set("num_hidden_layers", outline.tower().depth())
            .set("num_attention_heads", heads.heads())
            .set("num_kv_heads", isNew ? groups : heads.heads())
            .set("ffn_hidden_size", outline.ffn().hidden())
            .set("activation", Activations.name(outline.ffn().activation()))
            .set("layer_norm_epsilon", outline.eps())
            .set("alibi", heads.position() instanceof RelativePosition.Alibi)
            .set("bias", outline.ffn().bias() || !heads.bias().isEmpty())
            .set("new_decoder_architecture", isNew)
            .set("multi_query", isNew || groups == 1)
            .set("parallel_attn", parallel)
            .set("tie_word_embeddings", outline.tied());
    if (isNew) config.set("num_ln_in_parallel_attn", ownNorms ? 2 : 1);
    if (heads.position() instanceof Rope rope) RopeKeys.write(config, rope, spelling);
    if (model.context() != 0) config.set("max_position_embeddings", model.context());
    Roles.write(config, model, ROLES);
    return config.build();
  }

  private static int branches(Model model) {
    return first(model).map(residual -> residual.branches().size()).orElse(1);
  }

  private static boolean sharesNorm(Model model) {
    return first(model)
        .map(residual -> residual.branches().getLast().norm().equals(Norm.SHARED))
        .orElse(false);
  }

  private static Optional<Residual> first(Model model) {
    return model.last().runs().stream().map(run -> run.block().residuals().getFirst()).findFirst();
  }

  // ---- tensors

  @Override
  public List<Row> rows(Model model) {
    String block = "transformer.h.{i}.", layer = "decoder.{i}.";
    boolean ownNorms = branches(model) > 1 && !sharesNorm(model);
    List<Row> rows = new ArrayList<>();
    rows.add(row("transformer.word_embeddings.weight", "embed.token.weight"));
    rows.addAll(
        Row.weightAndBias(block + (ownNorms ? "ln_attn" : "input_layernorm"), layer + "attn.norm"));
    rows.addAll(
        Row.weightAndBias(
            block + (ownNorms ? "ln_mlp" : "post_attention_layernorm"), layer + "ffn.norm"));
    long groups = Outline.of(model).heads().keyValueHeads();
    for (String part : List.of("weight", "bias"))
      rows.add(
          row(
              block + "self_attention.query_key_value." + part,
              byGroup(
                  groups,
                  p(layer + "attn.q." + part),
                  p(layer + "attn.k." + part),
                  p(layer + "attn.v." + part))));
    rows.addAll(Row.weightAndBias(block + "self_attention.dense", layer + "attn.o"));
    rows.addAll(Row.weightAndBias(block + "mlp.dense_h_to_4h", layer + "ffn.up"));
    rows.addAll(Row.weightAndBias(block + "mlp.dense_4h_to_h", layer + "ffn.down"));
    rows.addAll(Row.weightAndBias("transformer.ln_f", "decoder.norm"));
    rows.add(row("lm_head.weight", "head.weight"));
    rows.add(Row.copy("lm_head.weight", "embed.token.weight"));
    rows.add(Row.ignored("transformer\\.h\\.\\d+\\.self_attention\\.\\w*rotary\\w*\\.inv_freq"));
    return rows;
  }

  @Override
  public List<Preset> presets() {
    return Presets.of("falcon-7b", "falcon-40b", "falcon-rw-1b");
  }
}
