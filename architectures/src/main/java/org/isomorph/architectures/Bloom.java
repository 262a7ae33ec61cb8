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
import org.isomorph.spec.Tokens;

/**
 * BLOOM: pre-norm blocks with biases everywhere, ALiBi instead of positions, and a norm behind the
 * token table. BigScience, arXiv 2211.05100.
 *
 * <p>Queries, keys and values are fused head by head.
 */
public final class Bloom implements Dialect {

  /** The published files lack the prefix, those that transformers writes have it. */
  private static final PrefixedRows ROWS = new PrefixedRows("transformer.");

  private static final Role[] ROLES = {Role.BOS, Role.EOS, Role.PAD};

  @Override
  public String name() {
    return "bloom";
  }

  @Override
  public String summary() {
    return "BLOOM: ALiBi, biases everywhere, a norm behind the token table";
  }

  @Override
  public boolean reads(Config config) {
    return config.text("model_type", "").equals("bloom");
  }

  @Override
  public Model spec(Config config, TensorInfos tensors) {
    if (config.flag("apply_residual_connection_post_layernorm", false))
      throw config.invalid(
          "apply_residual_connection_post_layernorm",
          "false: residuals that start behind the norm are not described");
    // The first configurations have n_embed and num_attention_heads, which still count if present.
    long width = config.has("n_embed") ? config.number("n_embed") : config.number("hidden_size");
    long heads =
        config.has("num_attention_heads")
            ? config.number("num_attention_heads")
            : config.number("n_head");
    long layers =
        config.has("num_hidden_layers")
            ? config.number("num_hidden_layers")
            : config.number("n_layer");
    var norm = Dsl.layerNorm(config.real("layer_norm_epsilon", 1e-5));
    Model model =
        Dsl.causal("bloom", config.number("vocab_size"), width)
            .embed(tokens -> tokens.norm(norm).numbering(Tokens.Numbering.UNPADDED))
            .layers(
                layers,
                Dsl.block(norm)
                    .attention(Dsl.mha(heads).biased().position(Dsl.alibi()))
                    .ffn(Dsl.mlp(Math.multiplyExact(4, width), Activation.GELU_TANH).biased()))
            .finalNorm(norm)
            .heads(CausalHead.read(config, Dsl.lm().tied(config.flag("tie_word_embeddings", true))))
            .context(config.number("seq_length", 0));
    return Roles.read(model, config, ROLES);
  }

  @Override
  public Config config(Model model, Spelling spelling) {
    Outline outline = Outline.of(model);
    Config.Builder config =
        CausalHead.write(Config.builder(), model, "Bloom", "BloomForCausalLM")
            .set("model_type", "bloom")
            .set("vocab_size", outline.vocabulary())
            .set("hidden_size", outline.tower().dim())
            .set("n_layer", outline.tower().depth())
            .set("n_head", outline.heads().heads())
            .set("layer_norm_epsilon", outline.eps())
            .set("apply_residual_connection_post_layernorm", false)
            .set("tie_word_embeddings", outline.tied());
    if (model.context() != 0) config.set("seq_length", model.context());
    Roles.write(config, model, ROLES);
    return config.build();
  }

  @Override
  public List<Row> rows(Model model) {
    List<Row> rows = new ArrayList<>();
    rows.add(ROWS.row("word_embeddings.weight", p("embed.token.weight")));
    rows.addAll(ROWS.weightAndBias("word_embeddings_layernorm", "embed.norm"));
    rows.addAll(ROWS.weightAndBias("h.{i}.input_layernorm", "decoder.{i}.attn.norm"));
    rows.addAll(FusedHeads.rows(model, ROWS::row, "h.{i}.self_attention.query_key_value"));
    rows.addAll(ROWS.weightAndBias("h.{i}.self_attention.dense", "decoder.{i}.attn.o"));
    rows.addAll(ROWS.weightAndBias("h.{i}.post_attention_layernorm", "decoder.{i}.ffn.norm"));
    rows.addAll(ROWS.weightAndBias("h.{i}.mlp.dense_h_to_4h", "decoder.{i}.ffn.up"));
    rows.addAll(ROWS.weightAndBias("h.{i}.mlp.dense_4h_to_h", "decoder.{i}.ffn.down"));
    rows.addAll(ROWS.weightAndBias("ln_f", "decoder.norm"));
    rows.addAll(CausalHead.rows());
    return rows;
  }

  @Override
  public List<Preset> presets() {
    return Presets.of("bloom-176b");
  }
}
