package org.isomorph.debug;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.LongStream;
import org.isomorph.graph.Node;
import org.isomorph.graph.Op;
import org.isomorph.spec.Router;
import org.isomorph.tensor.Tensor;

/**
 * The load and the entropy of the mixtures in these layers, as the routers themselves choose.
 *
 * @param layers those without a mixture are passed over
 */
public record RoutingProbe(List<Layer> layers) implements Probe<Routing> {
  public RoutingProbe {
    layers = List.copyOf(layers);
  }

  @Override
  public Routing look(DebugSession session) {
    List<String> regions = layers.stream().map(Layer::toString).toList();
    List<Node> routes =
        session.loaded().graph().nodes().stream()
            .filter(node -> node.op() instanceof Op.Route && regions.contains(node.region()))
            .toList();
    if (routes.isEmpty())
      throw new DebugException(
          "none of the layers that were asked about is a mixture of experts: no router");
    Set<String> names = new LinkedHashSet<>();
    for (Node node : routes) {
      names.add(node.inputs().getFirst());
      names.add(node.results().getLast().name());
    }
    Map<String, Tensor> values = session.fetch(names);
    List<Routing.LayerRouting> found = new ArrayList<>();
    for (Node node : routes) found.add(routing(session, node, values));
    return new Routing(session.info(), found);
  }

  private static Routing.LayerRouting routing(
      DebugSession session, Node node, Map<String, Tensor> values) {
    Op.Route route = (Op.Route) node.op();
    String scored = node.inputs().getFirst();
    Rows scores = new Rows(Objects.requireNonNull(values.get(scored)));
    Tensor choices = Objects.requireNonNull(values.get(node.results().getLast().name()));
    long[] load = new long[(int) route.experts()];
    double entropy = 0;
    int counted = 0;
    for (Token token : session.tokensOf(scored)) {
      if (token.isPadding()) continue;
      counted++;
      entropy += distribution(route.router(), scores.at(session.row(), token.index())).entropy();
      for (long choice = 0; choice < route.topK(); choice++)
        load[(int) choices.get(session.row(), token.index(), choice)]++;
    }
    double[] loads = LongStream.of(load).mapToDouble(each -> Math.log((double) each)).toArray();
    return new Routing.LayerRouting(
        scored.substring(0, scored.length() - ".router".length()),
        route.topK(),
        LongStream.of(load).boxed().toList(),
        entropy / counted,
        new Distribution(loads).entropy());
  }

  /** Probabilities of experts: softmax of scores, or their sigmoids as parts of the sum. */
  private static Distribution distribution(Router router, double[] scores) {
    boolean sigmoid =
        router instanceof Router.Grouped grouped
            && grouped.score() == Router.Grouped.Score.SIGMOID_TOP2;
    if (!sigmoid) return new Distribution(scores);
    double[] logs = new double[scores.length];
    for (int at = 0; at < logs.length; at++) logs[at] = -Math.log1p(Math.exp(-scores[at]));
    return new Distribution(logs);
  }
}
