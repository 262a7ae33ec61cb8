package org.isomorph.architectures;

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
import org.isomorph.spec.Router;

/**
 * DeepSeek-V2 and V2-Lite: latent attention, and experts chosen by softmax scores, in groups or
 * not. arXiv 2405.04434.
 */
public final class DeepseekV2 implements Dialect {
  private static final String GREEDY = "greedy";
  private static final String GROUPED = "group_limited_greedy";

  @Override
  public String name() {
    return "deepseek-v2";
  }

  @Override
  public String summary() {
    return "DeepSeek-V2 and V2-Lite: latent attention, a mixture of experts by softmax";
  }

  @Override
  public List<String> aliases() {
    return List.of("deepseek-v2-lite", "deepseek-v2.5");
  }

  @Override
  public boolean reads(Config config) {
    return config.text("model_type", "").equals("deepseek_v2");
  }

  @Override
  public Model spec(Config config, TensorInfos tensors) {
    Fixed.text(config, "scoring_func", "softmax");
    if (config.flag("norm_topk_prob", false))
      throw config.invalid(
          "norm_topk_prob", "false: the authors' code and transformers differ on what it means");
    if (config.flag("mlp_bias", false))
      throw config.invalid("mlp_bias", "false: experts have no biases");
    DeepseekLike common = DeepseekLike.reading(config);
    return common.model("deepseek-v2", common.latent(true), common.mixture(router(config)), 0);
  }

  private static Router router(Config config) {
    double scale = config.real("routed_scaling_factor", 1);
    return switch (config.text("topk_method", GREEDY)) {
      case GREEDY -> Dsl.softmaxRouter(false, scale);
      case GROUPED ->
          Dsl.groupedRouter(
              Router.Grouped.Score.SOFTMAX_MAX,
              config.number("n_group"),
              config.number("topk_group"),
              scale);
      default -> throw config.invalid("topk_method", GREEDY + " or " + GROUPED);
    };
  }

  @Override
  public Config config(Model model, Spelling spelling) {
    Config.Builder config =
        DeepseekLike.write(model, "deepseek_v2", "DeepseekV2", spelling)
            .set("scoring_func", "softmax")
            .set("norm_topk_prob", false)
            .set("mlp_bias", false);
    Router router = Outline.mixture(model.last()).router();
    double scale =
        switch (router) {
          case Router.Softmax softmax -> softmax.scale();
          case Router.Grouped grouped -> grouped.scale();
          case Router.Switch _ -> 1;
        };
    boolean grouped = router instanceof Router.Grouped;
    return config
        .set("topk_method", grouped ? GROUPED : GREEDY)
        .set("n_group", router instanceof Router.Grouped by ? by.groups() : 1)
        .set("topk_group", router instanceof Router.Grouped by ? by.topGroups() : 1)
        .set("routed_scaling_factor", scale)
        .build();
  }

  @Override
  public List<Row> rows(Model model) {
    return LlamaLike.table(DeepseekLike.rows());
  }

  @Override
  public List<Preset> presets() {
    return Presets.of("deepseek-v2", "deepseek-v2-lite");
  }
}
