package org.isomorph.architectures;

import static org.isomorph.dialect.Row.row;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Outline;
import org.isomorph.dialect.Roles;
import org.isomorph.dialect.Row;
import org.isomorph.dialect.Spelling;
import org.isomorph.spec.Activation;
import org.isomorph.spec.Dsl;
import org.isomorph.spec.FeedForward;
import org.isomorph.spec.Latent;
import org.isomorph.spec.Mixture;
import org.isomorph.spec.Model;
import org.isomorph.spec.Rope;
import org.isomorph.spec.Router;

/**
 * What DeepSeek-V2 and V3 have in common: latent attention, and a mixture of many small experts
 * behind a few dense layers. How experts are chosen, each family says itself.
 */
final class DeepseekLike {
  /** What a model without latents has in place of them when it is asked for its nearest. */
  private static final Latent NO_LATENT = Dsl.mla(1, 0, 1, 1, 2, 1);

  private final Config config;
  private final LlamaLike common;

  private DeepseekLike(Config config) {
    this.config = config;
    this.common = LlamaLike.reading(config);
  }

  static DeepseekLike reading(Config config) {
    if (config.number("moe_layer_freq", 1) != 1) throw config.invalid("moe_layer_freq", "1");
    return new DeepseekLike(config);
  }

  // ---- configuration to model

  /** Latent attention; {@code pairs} says whether rotary partners are neighbours. */
  Latent latent(boolean pairs) {
    // A null means that queries are not compressed, no key that they are as usual.
    OptionalLong queryRank =
        config.mentions("q_lora_rank")
            ? config.optionalNumber("q_lora_rank")
            : OptionalLong.of(1536);
    Rope rope = RopeKeys.read(config, 10_000, common.context());
    Latent latent =
        Dsl.mla(
                config.number("num_attention_heads"),
                queryRank.orElse(0),
                config.number("kv_lora_rank", 512),
                config.number("qk_nope_head_dim", 128),
                config.number("qk_rope_head_dim", 64),
                config.number("v_head_dim", 128))
            .rope(pairs ? rope.pairs() : rope);
    return config.flag("attention_bias", false) ? latent.biased() : latent;
  }

  Mixture mixture(Router router) {
    long hidden = config.number("moe_intermediate_size");
    Activation activation = Activations.read(config, "hidden_act", "silu");
    long shared = config.number("n_shared_experts", 0);
    Mixture mixture =
        Dsl.moe(
                config.number("n_routed_experts"),
                config.number("num_experts_per_tok"),
                Dsl.gated(hidden, activation))
            .router(router);
    // The shared experts are one layer of their joint width.
    return shared == 0
        ? mixture
        : mixture.shared(Dsl.gated(Math.multiplyExact(shared, hidden), activation));
  }

  /** The model whose first layers are dense, as many as the configuration says. */
  Model model(String name, Latent latent, Mixture mixture, long usuallyDense) {
    long firstSparse = config.number("first_k_dense_replace", usuallyDense);
    FeedForward dense = common.ffn();
    return common.model(name, _ -> latent, layer -> layer < firstSparse ? dense : mixture);
  }

  // ---- model to configuration

  /** All keys but those of the router. */
  static Config.Builder write(
      Model model, String modelType, String classPrefix, Spelling spelling) {
    Outline outline = Outline.of(model);
    Latent latent = Outline.first(outline.tower(), Latent.class, NO_LATENT);
    Config.Builder config =
        CausalHead.write(Config.builder(), model, classPrefix, classPrefix + "ForCausalLM")
            .set("model_type", modelType)
            .set("vocab_size", outline.vocabulary())
            .set("hidden_size", outline.tower().dim())
            .set("intermediate_size", outline.ffn().hidden())
            .set("num_hidden_layers", outline.tower().depth())
            .set("num_attention_heads", latent.heads())
            .set("num_key_value_heads", latent.heads())
            .set("attention_bias", latent.bias())
            .set("kv_lora_rank", latent.keyValueRank())
            .set("qk_nope_head_dim", latent.nopeDim())
            .set("qk_rope_head_dim", latent.ropeDim())
            .set("v_head_dim", latent.valueDim())
            .set("hidden_act", Activations.name(outline.ffn().activation()))
            .set("rms_norm_eps", outline.eps())
            .set("tie_word_embeddings", outline.tied());
    if (latent.queryRank().isPresent()) config.set("q_lora_rank", latent.queryRank().getAsLong());
    else config.setNull("q_lora_rank");
    if (model.context() != 0) config.set("max_position_embeddings", model.context());
    // The authors' own code knows no rope_type.
    RopeKeys.write(config, latent.rope(), spelling, "type");
    write(config, Outline.mixture(outline.tower()));
    config.set("first_k_dense_replace", leadingDense(outline));
    Roles.write(config, model, LlamaLike.ROLES);
    return config;
  }

  private static void write(Config.Builder config, Mixture mixture) {
    long hidden = mixture.expert().hidden();
    long shared = mixture.shared().map(each -> each.layer().hidden() / hidden).orElse(0L);
    config
        .set("n_routed_experts", mixture.experts())
        .set("num_experts_per_tok", mixture.topK())
        .set("moe_intermediate_size", hidden)
        .set("n_shared_experts", shared);
  }

  private static long leadingDense(Outline outline) {
    return outline.tower().layers().takeWhile(block -> !block.has(Mixture.class)).count();
  }

  /** The rotation of a model's latents, or of what stands in for them. */
  static Rope rope(Model model) {
    return Outline.first(model.last(), Latent.class, NO_LATENT).rope();
  }

  // ---- tensors

  /** The rows of all layers and of what stands around them. */
  static List<Row> rows() {
    List<Row> rows = new ArrayList<>(LlamaLike.around());
    block(rows, "model.layers.{i}", "decoder.{i}");
    return rows;
  }

  /** The rows of one block. */
  static void block(List<Row> rows, String layer, String block) {
    String attention = layer + ".self_attn.", ffn = layer + ".mlp.";
    rows.add(row(layer + ".input_layernorm.weight", block + ".attn.norm.weight"));
    rows.add(row(attention + "q_proj.weight", block + ".attn.q.weight"));
    rows.addAll(Row.weightAndBias(attention + "q_a_proj", block + ".attn.q_down"));
    rows.add(row(attention + "q_a_layernorm.weight", block + ".attn.q_down_norm.weight"));
    rows.add(row(attention + "q_b_proj.weight", block + ".attn.q_up.weight"));
    rows.addAll(Row.weightAndBias(attention + "kv_a_proj_with_mqa", block + ".attn.kv_down"));
    rows.add(row(attention + "kv_a_layernorm.weight", block + ".attn.kv_down_norm.weight"));
    rows.add(row(attention + "kv_b_proj.weight", block + ".attn.kv_up.weight"));
    rows.addAll(Row.weightAndBias(attention + "o_proj", block + ".attn.o"));
    rows.add(row(layer + ".post_attention_layernorm.weight", block + ".ffn.norm.weight"));
    rows.add(row(ffn + "gate.weight", block + ".ffn.router.weight"));
    rows.add(row(ffn + "gate.e_score_correction_bias", block + ".ffn.router.correction.bias"));
    for (String part : List.of("gate", "up", "down")) {
      String stored = part + "_proj.weight", parameter = part + ".weight";
      rows.add(row(ffn + stored, block + ".ffn." + parameter));
      rows.add(row(ffn + "experts.{e}." + stored, block + ".ffn.experts.{e}." + parameter));
      rows.add(row(ffn + "shared_experts." + stored, block + ".ffn.shared." + parameter));
    }
  }
}
