package org.isomorph.architectures;

import static org.isomorph.dialect.Row.row;

import java.util.ArrayList;
import java.util.List;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.Outline;
import org.isomorph.dialect.Preset;
import org.isomorph.dialect.Row;
import org.isomorph.dialect.Spelling;
import org.isomorph.dialect.TensorInfos;
import org.isomorph.spec.Dsl;
import org.isomorph.spec.Model;
import org.isomorph.spec.Rope;
import org.isomorph.spec.Router;

/**
 * DeepSeek-V3 and R1: latent attention, a mixture of many small experts behind a few dense layers,
 * and heads for further tokens. arXiv 2412.19437.
 */
public final class DeepseekV3 implements Dialect {
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
  public Model spec(Config config, TensorInfos tensors) {
    Fixed.text(config, "topk_method", "noaux_tc");
    Fixed.text(config, "scoring_func", "sigmoid");
    DeepseekLike common = DeepseekLike.reading(config);
    Model model =
        common.model(
            "deepseek-v3",
            common.latent(config.flag("rope_interleave", true)),
            common.mixture(router(config)),
            3);
    long further = further(config, tensors, model.last().depth());
    return further > 0 ? model.head(Dsl.nextTokens(further)) : model;
  }

  private static Router router(Config config) {
    return Dsl.deepSeekRouter(
            config.number("n_group", 1),
            config.number("topk_group", 1),
            config.real("routed_scaling_factor", 1))
        .renormalise(config.flag("norm_topk_prob", true));
  }

  /**
   * Heads for further tokens. Configurations speak of them even where the files have none, as
   * transformers does not load them.
   */
  private static long further(Config config, TensorInfos tensors, long depth) {
    long said = config.number("num_nextn_predict_layers", 0);
    if (tensors.all().isEmpty()) return said;
    long stored = 0;
    while (tensors.has("model.layers." + (depth + stored) + ".eh_proj.weight")) stored++;
    return stored;
  }

  // ---- model to configuration

  @Override
  public Config config(Model model, Spelling spelling) {
    Config.Builder config =
        DeepseekLike.write(model, "deepseek_v3", "DeepseekV3", spelling)
            .set("rope_interleave", DeepseekLike.rope(model).pairing() == Rope.Pairing.PAIRS)
            .set("topk_method", "noaux_tc")
            .set("scoring_func", "sigmoid")
            .set("num_nextn_predict_layers", model.furtherTokens());
    if (Outline.mixture(model.last()).router() instanceof Router.Grouped grouped)
      config
          .set("n_group", grouped.groups())
          .set("topk_group", grouped.topGroups())
          .set("norm_topk_prob", grouped.renormalise())
          .set("routed_scaling_factor", grouped.scale());
    return config.build();
  }

  // ---- tensors

  @Override
  public List<Row> rows(Model model) {
    List<Row> rows = new ArrayList<>(DeepseekLike.rows());
    // Heads for further tokens are numbered as layers behind the last one.
    long depth = model.last().depth();
    String layer = "model.layers.{" + depth + "+k}";
    rows.add(row(layer + ".enorm.weight", "mtp.{k}.embed_norm.weight"));
    rows.add(row(layer + ".hnorm.weight", "mtp.{k}.hidden_norm.weight"));
    rows.add(row(layer + ".eh_proj.weight", "mtp.{k}.project.weight"));
    DeepseekLike.block(rows, layer, "mtp.{k}.block");
    rows.add(row(layer + ".shared_head.norm.weight", "mtp.{k}.norm.weight"));
    // They repeat the table and the head that they share with the model.
    for (long k = 0; k < model.furtherTokens(); k++) {
      String name = "model.layers." + (depth + k);
      rows.add(Row.copy(name + ".embed_tokens.weight", "embed.token.weight"));
      rows.add(Row.copy(name + ".shared_head.head.weight", "head.weight"));
    }
    return LlamaLike.table(rows);
  }

  @Override
  public List<Preset> presets() {
    return Presets.of("deepseek-v3");
  }
}
