package org.isomorph.megatron;

import org.isomorph.dialect.Config;
import org.isomorph.spec.Mixture;
import org.isomorph.spec.Router;
import org.isomorph.spec.Router.Grouped.Score;

/**
 * The arguments of routers.
 *
 * <p>A group of experts scores the sum of its best: as many as each group that is kept gives to a
 * token. That is DeepSeek-V3's sum of two only if two are taken from each group, and DeepSeek-V2's
 * greatest only if one is: V2 itself takes six from three groups, and Megatron would choose others.
 */
final class RouterArguments {
  private static final String SCORE = "moe_router_score_function";
  private static final String FIRST = "moe_router_pre_softmax";
  private static final String BIAS = "moe_router_enable_expert_bias";
  private static final String GROUPS = "moe_router_num_groups";
  private static final String KEPT = "moe_router_group_topk";
  private static final String SCALE = "moe_router_topk_scaling_factor";

  private RouterArguments() {}

  static Router read(Config config) {
    double scale = config.real(SCALE, 1);
    long topK = config.number("moe_router_topk", 2);
    long groups = config.number(GROUPS, 1), kept = config.number(KEPT, 1);
    boolean first = config.flag(FIRST, false), bias = config.flag(BIAS, false);
    return switch (config.text(SCORE, "softmax")) {
      case "sigmoid" -> {
        if (groups > 1 && topK != 2 * kept)
          throw config.invalid(
              KEPT,
              "%d, half of the %d experts a token: a group scores the sum of as many as it gives, and here of two"
                  .formatted(topK / 2, topK));
        yield new Router.Grouped(Score.SIGMOID_TOP2, groups, kept, topK > 1, scale, bias);
      }
      case "softmax" -> {
        if (bias) throw config.invalid(BIAS, "false with softmax");
        if (groups == 1) yield new Router.Softmax(!first, scale);
        if (topK != kept || !first)
          throw config.invalid(
              KEPT,
              "%d, as many as experts a token, and scores before they are chosen: a group scores the sum of as many as it gives, and here of one"
                  .formatted(topK));
        yield new Router.Grouped(Score.SOFTMAX_MAX, groups, kept, false, scale, false);
      }
      default -> throw config.invalid(SCORE, "softmax or sigmoid");
    };
  }

  static void write(Config.Builder config, Mixture mixture) {
    config.set("moe_router_load_balancing_type", "none");
    switch (mixture.router()) {
      case Router.Softmax softmax -> {
        config.set(SCORE, "softmax").set(FIRST, !softmax.renormalise()).set(BIAS, false);
        scale(config, softmax.scale());
      }
      case Router.Grouped grouped -> {
        boolean sigmoid = grouped.score() == Score.SIGMOID_TOP2;
        config
            .set(SCORE, sigmoid ? "sigmoid" : "softmax")
            .set(FIRST, !sigmoid)
            .set(BIAS, grouped.correctionBias());
        if (grouped.groups() > 1)
          config.set(GROUPS, grouped.groups()).set(KEPT, grouped.topGroups());
        scale(config, grouped.scale());
      }
      case Router.Switch _ -> config.set(SCORE, "softmax").set(FIRST, true).set(BIAS, false);
    }
  }

  private static void scale(Config.Builder config, double scale) {
    if (scale != 1) config.set(SCALE, scale);
  }
}
