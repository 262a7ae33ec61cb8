package org.isomorph.architectures;

import static org.isomorph.dialect.Row.row;

import java.util.ArrayList;
import java.util.List;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.Preset;
import org.isomorph.dialect.Row;
import org.isomorph.dialect.Spelling;
import org.isomorph.dialect.TensorNames;
import org.isomorph.spec.Activation;
import org.isomorph.spec.Block;
import org.isomorph.spec.Dsl;
import org.isomorph.spec.FeedForward;
import org.isomorph.spec.Head;
import org.isomorph.spec.Latent;
import org.isomorph.spec.Mixture;
import org.isomorph.spec.Model;
import org.isomorph.spec.Norm;
import org.isomorph.spec.Rope;
import org.isomorph.spec.Router;

/**
 * DeepSeek-V3 and R1: latent attention, a mixture of many small experts behind a few dense layers,
 * and heads for further tokens. arXiv 2412.19437.
 */
public final class DeepseekV3 implements Dialect {
  /** What a model without latents has in place of them when it is asked for its nearest. */
  private static final Latent NO_LATENT = Dsl.mla(1, 0, 1, 1, 2, 1);

  private static final String SCALE = ".weight_scale_inv";

  @Override
  public String name() {
    return "deepseek-v3";
  }

  @Override
  public String summary() {
    return "DeepSeek-V3 and R1: latent attention, a mixture of experts, multi-token prediction";
  }

  @Override
  public List<String> aliases() {
    return List.of("deepseek-r1");
  }

  @Override
  public boolean reads(Config config) {
    return config.text("model_type", "").equals("deepseek_v3");
  }

  // ---- configuration to model

  @Override
  public Model spec(Config config, TensorNames names) {
    require(config, "topk_method", "noaux_tc");
    require(config, "scoring_func", "sigmoid");
    if (config.number("moe_layer_freq", 1) != 1) throw config.invalid("moe_layer_freq", "1");
    if (names.all().isPresent()
        && names.all().get().stream().anyMatch(each -> each.endsWith(SCALE)))
      throw config.invalid(
          "quantization_config",
          "none, because fp8 weights and their scales are not read; convert them to bf16 first");
    LlamaLike common = LlamaLike.reading(config);
    long depth = common.layers();
    Norm norm = Dsl.rms(config.real("rms_norm_eps", 1e-6));
    Latent latent = latent(config, common.context());
    FeedForward dense = common.ffn();
    FeedForward mixture = mixture(config);
    long firstSparse = config.number("first_k_dense_replace", 3);
    Model model =
        Dsl.causal("deepseek-v3", config.number("vocab_size"), common.width())
            .layers(
                depth,
                layer ->
                    Dsl.block(norm).attention(latent).ffn(layer < firstSparse ? dense : mixture))
            .finalNorm(norm)
            .head(Dsl.lm().tied(config.flag("tie_word_embeddings", false)))
            .context(common.context());
    long further = further(config, names, depth);
    if (further > 0) model = model.head(Dsl.nextTokens(further));
    return Roles.read(model, config, LlamaLike.ROLES);
  }

  private static void require(Config config, String key, String only) {
    if (!config.text(key, only).equals(only)) throw config.invalid(key, only);
  }

  private static Latent latent(Config config, long context) {
    Rope rope = RopeKeys.read(config, 10_000, context);
    Latent latent =
        Dsl.mla(
                config.number("num_attention_heads"),
                config.number("q_lora_rank", 0),
                config.number("kv_lora_rank"),
                config.number("qk_nope_head_dim"),
                config.number("qk_rope_head_dim"),
                config.number("v_head_dim"))
            .rope(config.flag("rope_interleave", true) ? rope.pairs() : rope);
    return config.flag("attention_bias", false) ? latent.biased() : latent;
  }

  private static Mixture mixture(Config config) {
    long hidden = config.number("moe_intermediate_size");
    Activation activation = Activations.read(config, "hidden_act", "silu");
    long shared = config.number("n_shared_experts", 0);
    Mixture mixture =
        Dsl.moe(
                config.number("n_routed_experts"),
                config.number("num_experts_per_tok"),
                Dsl.gated(hidden, activation))
            .router(
                Dsl.deepSeekRouter(
                        config.number("n_group", 1),
                        config.number("topk_group", 1),
                        config.real("routed_scaling_factor", 1))
                    .renormalise(config.flag("norm_topk_prob", true)));
    // The shared experts are one layer of their joint width.
    return shared == 0
        ? mixture
        : mixture.shared(Dsl.gated(Math.multiplyExact(shared, hidden), activation));
  }

  /**
   * Heads for further tokens. Configurations speak of them even where the files have none, as
   * transformers does not load them.
   */
  private static long further(Config config, TensorNames names, long depth) {
    long said = config.number("num_nextn_predict_layers", 0);
    if (names.all().isEmpty()) return said;
    long stored = 0;
    while (names.has("model.layers." + (depth + stored) + ".eh_proj.weight")) stored++;
    return stored;
  }

  // ---- model to configuration

  @Override
  public Config config(Model model, Spelling spelling) {
    Outline outline = Outline.of(model);
    Latent latent = Outline.first(outline.tower(), Latent.class, NO_LATENT);
    Mixture mixture = Outline.mixture(outline.tower());
    Config.Builder config =
        Config.builder()
            .set("architectures", List.of("DeepseekV3ForCausalLM"))
            .set("model_type", "deepseek_v3")
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
    config.set("rope_interleave", latent.rope().pairing() == Rope.Pairing.PAIRS);
    write(config, mixture);
    config.set("first_k_dense_replace", leadingDense(outline));
    config.set("num_nextn_predict_layers", further(model));
    Roles.write(config, model, LlamaLike.ROLES);
    return config.build();
  }

  private static void write(Config.Builder config, Mixture mixture) {
    long hidden = mixture.expert().hidden();
    long shared = mixture.shared().map(each -> each.layer().hidden() / hidden).orElse(0L);
    config
        .set("n_routed_experts", mixture.experts())
        .set("num_experts_per_tok", mixture.topK())
        .set("moe_intermediate_size", hidden)
        .set("n_shared_experts", shared)
        .set("topk_method", "noaux_tc")
        .set("scoring_func", "sigmoid");
    if (mixture.router() instanceof Router.Grouped grouped)
      config
          .set("n_group", grouped.groups())
          .set("topk_group", grouped.topGroups())
          .set("norm_topk_prob", grouped.renormalise())
          .set("routed_scaling_factor", grouped.scale());
  }

  private static long leadingDense(Outline outline) {
    return outline.tower().layers().takeWhile(block -> !hasMixture(block)).count();
  }

  private static boolean hasMixture(Block block) {
    return block.mixers().anyMatch(Mixture.class::isInstance);
  }

  private static long further(Model model) {
    return model.heads().stream()
        .mapToLong(head -> head instanceof Head.NextTokens next ? next.depth() : 0)
        .sum();
  }

  // ---- tensors

  @Override
  public List<Row> rows(Model model) {
    List<Row> rows = new ArrayList<>();
    rows.add(row("model.embed_tokens.weight", "embed.token.weight"));
    block(rows, "model.layers.{i}", "decoder.{i}");
    rows.add(row("model.norm.weight", "decoder.norm.weight"));
    rows.add(row("lm_head.weight", "head.weight"));
    rows.add(Row.copy("lm_head.weight", "embed.token.weight"));
    // Heads for further tokens are numbered as layers behind the last one.
    long depth = model.last().depth();
    String layer = "model.layers.{" + depth + "+k}";
    rows.add(row(layer + ".enorm.weight", "mtp.{k}.embed_norm.weight"));
    rows.add(row(layer + ".hnorm.weight", "mtp.{k}.hidden_norm.weight"));
    rows.add(row(layer + ".eh_proj.weight", "mtp.{k}.project.weight"));
    block(rows, layer, "mtp.{k}.block");
    rows.add(row(layer + ".shared_head.norm.weight", "mtp.{k}.norm.weight"));
    // They repeat the table and the head that they share with the model.
    for (long k = 0; k < further(model); k++) {
      String name = "model.layers." + (depth + k);
      rows.add(Row.copy(name + ".embed_tokens.weight", "embed.token.weight"));
      rows.add(Row.copy(name + ".shared_head.head.weight", "head.weight"));
    }
    rows.add(Row.ignored("model\\.layers\\.\\d+\\.self_attn\\.rotary_emb\\.inv_freq"));
    return rows;
  }

  private static void block(List<Row> rows, String layer, String block) {
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

  @Override
  public List<Preset> presets() {
    return Presets.of("deepseek-v3");
  }
}
