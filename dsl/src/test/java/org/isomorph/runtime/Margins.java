package org.isomorph.runtime;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.isomorph.graph.Graph;
import org.isomorph.graph.Node;
import org.isomorph.graph.Op;
import org.isomorph.spec.Router;
import org.isomorph.tensor.Tensor;

/** How far the experts that routers choose are ahead of those they do not. */
final class Margins {
  private Margins() {}

  /** The values that routers read. */
  static List<String> routers(Graph graph) {
    return graph.nodes().stream()
        .filter(node -> node.op() instanceof Op.Route)
        .map(node -> node.inputs().getFirst())
        .toList();
  }

  /** The least lead of any choice, in probability. */
  static double least(Graph graph, Outputs outputs, Map<String, Tensor> parameters) {
    double least = Double.POSITIVE_INFINITY;
    for (Node node : graph.nodes())
      if (node.op() instanceof Op.Route route) {
        int experts = Math.toIntExact(route.experts());
        double[] correction =
            node.parameters().isEmpty()
                ? new double[experts]
                : parameters.get(node.parameters().getFirst()).doubles();
        double[] all = outputs.get(node.inputs().getFirst()).doubles();
        for (int at = 0; at < all.length; at += experts)
          least =
              Math.min(least, lead(route, Arrays.copyOfRange(all, at, at + experts), correction));
      }
    return least;
  }

  private static double lead(Op.Route route, double[] scores, double[] correction) {
    double[] choice = probabilities(route.router(), scores);
    for (int i = 0; i < choice.length; i++) choice[i] += correction[i];
    int k = Math.toIntExact(route.topK());
    if (!(route.router() instanceof Router.Grouped grouped)) return gap(choice, k);
    int groups = Math.toIntExact(grouped.groups()), size = choice.length / groups;
    double[] best = new double[groups];
    for (int group = 0; group < groups; group++) {
      double[] members = sorted(Arrays.copyOfRange(choice, group * size, (group + 1) * size));
      boolean two = grouped.score() == Router.Grouped.Score.SIGMOID_TOP2 && size > 1;
      best[group] = members[0] + (two ? members[1] : 0);
    }
    int kept = Math.toIntExact(grouped.topGroups());
    double last = sorted(best)[kept - 1];
    double[] within = new double[kept * size];
    int at = 0;
    for (int i = 0; i < choice.length; i++)
      if (best[i / size] >= last && at < within.length) within[at++] = choice[i];
    return Math.min(gap(best, kept), gap(within, k));
  }

  private static double[] probabilities(Router router, double[] scores) {
    if (router instanceof Router.Grouped grouped
        && grouped.score() == Router.Grouped.Score.SIGMOID_TOP2)
      return Arrays.stream(scores).map(score -> 1 / (1 + Math.exp(-score))).toArray();
    double most = Arrays.stream(scores).max().orElseThrow();
    double[] powers = Arrays.stream(scores).map(score -> Math.exp(score - most)).toArray();
    double sum = Arrays.stream(powers).sum();
    return Arrays.stream(powers).map(power -> power / sum).toArray();
  }

  private static double[] sorted(double[] numbers) {
    return Arrays.stream(numbers).map(each -> -each).sorted().map(each -> -each).toArray();
  }

  private static double gap(double[] numbers, int chosen) {
    double[] sorted = sorted(numbers);
    return chosen < sorted.length ? sorted[chosen - 1] - sorted[chosen] : Double.POSITIVE_INFINITY;
  }
}
