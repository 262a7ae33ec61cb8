package org.isomorph.megatron.execution;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.isomorph.dialect.Config;

/**
 * Which experts a token is sent to, and what they weigh.
 *
 * @param experts all there are
 * @param chosen how many a token is sent to
 * @param sigmoid whether scores are sigmoids; otherwise softmax
 * @param first whether softmax is over all experts, before the choice; otherwise over the chosen
 * @param biased whether a bias is added for the choice
 * @param groups of experts; 0 if they are in none
 * @param kept how many groups a token may be sent to
 * @param scale what weights are multiplied by
 */
record TopKRouter(
    int experts,
    int chosen,
    boolean sigmoid,
    boolean first,
    boolean biased,
    int groups,
    int kept,
    double scale) {
  static TopKRouter of(Config args, int experts) {
    boolean grouped =
        args.number("moe_router_group_topk", 0) > 0 && args.has("moe_router_num_groups");
    return new TopKRouter(
        experts,
        TransformerConfig.integer(args, "moe_router_topk", args.number("moe_router_topk", 2)),
        switch (args.text("moe_router_score_function", "softmax")) {
          case "sigmoid" -> true;
          case "softmax" -> false;
          default -> throw args.invalid("moe_router_score_function", "softmax or sigmoid");
        },
        args.flag("moe_router_pre_softmax", false),
        args.flag("moe_router_enable_expert_bias", false),
        grouped ? (int) args.number("moe_router_num_groups") : 0,
        grouped ? (int) args.number("moe_router_group_topk") : 0,
        args.real("moe_router_topk_scaling_factor", 1));
  }

  /**
   * The weight of each expert for one token; 0 for those that it is not sent to.
   *
   * @param bias of each expert, for the choice alone; empty for none
   */
  double[] weights(double[] logits, float[] bias) {
    double[] scores =
        sigmoid
            ? Arrays.stream(logits).map(x -> 1 / (1 + Math.exp(-x))).toArray()
            : first ? softmax(logits) : logits;
    double[] preferred = scores.clone();
    for (int i = 0; i < bias.length; i++) preferred[i] += bias[i];
    int[] best = best(preferred);
    double[] of = Arrays.stream(best).mapToDouble(i -> scores[i]).toArray();
    if (!sigmoid && !first) of = softmax(of);
    double sum = Arrays.stream(of).sum() + 1e-20;
    double[] weights = new double[experts];
    for (int i = 0; i < best.length; i++)
      weights[best[i]] = (sigmoid && chosen > 1 ? of[i] / sum : of[i]) * scale;
    return weights;
  }

  private int[] best(double[] scores) {
    if (groups == 0) return top(scores, chosen);
    int size = experts / groups, each = chosen / kept;
    double[] ofGroup = new double[groups];
    for (int group = 0; group < groups; group++) {
      double[] within = Arrays.copyOfRange(scores, group * size, (group + 1) * size);
      ofGroup[group] = Arrays.stream(top(within, each)).mapToDouble(i -> within[i]).sum();
    }
    double[] masked = new double[experts];
    Arrays.fill(masked, Double.NEGATIVE_INFINITY);
    for (int group : top(ofGroup, kept))
      System.arraycopy(scores, group * size, masked, group * size, size);
    return top(masked, chosen);
  }

  private static int[] top(double[] scores, int count) {
    return IntStream.range(0, scores.length)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> -scores[i]))
        .limit(count)
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private static double[] softmax(double[] x) {
    double most = Arrays.stream(x).max().orElse(0);
    double[] powers = Arrays.stream(x).map(each -> Math.exp(each - most)).toArray();
    double sum = Arrays.stream(powers).sum();
    return Arrays.stream(powers).map(each -> each / sum).toArray();
  }
}
