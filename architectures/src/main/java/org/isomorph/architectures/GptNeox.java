package org.isomorph.architectures;

import static org.isomorph.dialect.Row.row;

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
import org.isomorph.spec.Block;
import org.isomorph.spec.Dense;
import org.isomorph.spec.Dsl;
import org.isomorph.spec.Heads;
import org.isomorph.spec.Model;
import org.isomorph.spec.Norm;
import org.isomorph.spec.Run;

/**
 * GPT-NeoX and Pythia: attention and feed-forward layer side by side, each behind a norm of its
 * own, and a part of each head rotated. Black et al., arXiv 2204.06745.
 *
 * <p>Some of the kind (StableLM-Alpha, RedPajama) have them one after the other. Queries, keys and
 * values are fused head by head.
 */
public final class GptNeox implements Dialect {
  private static final String LAYER = "gpt_neox.layers.{i}.";
  private static final String PART = "rotary_pct";
  private static final String THETA = "rotary_emb_base";
  private static final double USUAL_PART = 0.25;

  @Override
  public String name() {
    return "gpt-neox";
  }

  @Override
  public String summary() {
    return "GPT-NeoX and Pythia: parallel blocks, a part of each head rotated";
  }

  @Override
  public List<String> aliases() {
    return List.of("pythia");
  }

  @Override
  public boolean reads(Config config) {
    return config.text("model_type", "").equals("gpt_neox");
  }

  @Override
  public Model spec(Config config, TensorInfos tensors) {
    LlamaLike common = LlamaLike.reading(config);
    Norm norm = Dsl.layerNorm(config.real("layer_norm_eps", 1e-5));
    Heads attention = attention(config, common);
    Dense ffn =
        Dsl.mlp(config.number("intermediate_size"), Activations.read(config, "hidden_act", "gelu"))
            .biased();
    Block block =
        config.flag("use_parallel_residual", true)
            ? Dsl.block(norm).parallel(attention, ffn)
            : Dsl.block(norm).attention(attention).ffn(ffn);
    Model model =
        Dsl.causal("gpt-neox", config.number("vocab_size"), common.width())
            .layers(common.layers(), block)
            .finalNorm(norm)
            .heads(CausalHead.read(config, common.lm()))
            .context(common.context());
    return Roles.read(model, config, LlamaLike.ROLES);
  }

  private static Heads attention(Config config, LlamaLike common) {
    Heads heads = Dsl.mha(config.number("num_attention_heads")).resolved(common.width());
    // The family's own keys, which version 5 gave up for those of all.
    double theta = config.real(THETA, 10_000);
    double part = config.real(PART, USUAL_PART);
    Heads plain =
        heads.position(
            PartialRope.read(
                config, RopeKeys.read(config, theta, common.context()), heads.headDim(), part));
    return config.flag("attention_bias", true) ? plain.biased() : plain;
  }

  @Override
  public Config config(Model model, Spelling spelling) {
    Outline outline = Outline.of(model);
    Config.Builder config =
        CausalHead.write(Config.builder(), model, "GPTNeoX", "GPTNeoXForCausalLM")
            .set("model_type", "gpt_neox")
            .set("vocab_size", outline.vocabulary())
            .set("hidden_size", outline.tower().dim())
            .set("num_hidden_layers", outline.tower().depth())
            .set("num_attention_heads", outline.heads().heads())
            .set("intermediate_size", outline.ffn().hidden())
            .set("hidden_act", Activations.name(outline.ffn().activation()))
            .set("layer_norm_eps", outline.eps())
            .set("use_parallel_residual", isParallel(model))
            .set("attention_bias", !outline.heads().bias().isEmpty())
            .set("tie_word_embeddings", outline.tied());
    if (model.context() != 0) config.set("max_position_embeddings", model.context());
    RopeKeys.write(config, outline.rope(), spelling);
    if (spelling == Spelling.BEFORE_5) config.set(THETA, outline.rope().theta());
    Roles.write(config, model, LlamaLike.ROLES);
    return PartialRope.write(config.build(), outline.rope(), outline.heads().headDim(), PART);
  }

  private static boolean isParallel(Model model) {
    return model.last().runs().stream()
        .map(Run::block)
        .anyMatch(block -> block.residuals().getFirst().branches().size() > 1);
  }

  @Override
  public List<Row> rows(Model model) {
    List<Row> rows = new ArrayList<>();
    rows.add(row("gpt_neox.embed_in.weight", "embed.token.weight"));
    both(rows, "input_layernorm", "attn.norm");
    rows.addAll(FusedHeads.rows(model, Row::row, LAYER + "attention.query_key_value"));
    both(rows, "attention.dense", "attn.o");
    both(rows, "post_attention_layernorm", "ffn.norm");
    both(rows, "mlp.dense_h_to_4h", "ffn.up");
    both(rows, "mlp.dense_4h_to_h", "ffn.down");
    rows.addAll(Row.weightAndBias("gpt_neox.final_layer_norm", "decoder.norm"));
    rows.addAll(CausalHead.rows("embed_out.weight"));
    // The causal mask, its constant and the rotary frequencies, which old files hold as buffers.
    rows.add(
        Row.ignored(
            "gpt_neox\\.layers\\.\\d+\\.attention\\."
                + "(bias|masked_bias|rotary_emb\\.inv_freq)"));
    return rows;
  }

  private static void both(List<Row> rows, String name, String parameter) {
    rows.addAll(Row.weightAndBias(LAYER + name, "decoder.{i}." + parameter));
  }

  @Override
  public List<Preset> presets() {
    return Presets.of("gpt-neox-20b", "pythia-1.4b");
  }
}
