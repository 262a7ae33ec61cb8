package org.isomorph.graph;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Attention in its parts: {@code scores}, {@code probs} and the weighted sum, where one of the
 * first two is asked for. Elsewhere it stays one operation, which is faster.
 */
final class Expansion {
  private Expansion() {}

  static Graph of(Graph graph, Collection<String> names) {
    Set<String> asked = new HashSet<>();
    for (String name : names)
      for (String part : List.of(".scores", ".probs"))
        if (name.endsWith(part)) asked.add(name.substring(0, name.length() - part.length()));
    if (asked.isEmpty()) return graph;
    List<Node> nodes = new ArrayList<>();
    for (Node node : graph.nodes()) {
      String path = node.results().getFirst().name().replaceAll("\\.mix\\.heads$", "");
      if (node.op() instanceof Op.Attend attend && asked.contains(path))
        nodes.addAll(expanded(graph, node, attend, path));
      else nodes.add(node);
    }
    return graph.nodes(nodes);
  }

  private static List<Node> expanded(Graph graph, Node node, Op.Attend attend, String path) {
    List<String> operands = node.inputs();
    Type q = graph.type(operands.get(0)).orElseThrow();
    Type scores = q.with(-1, graph.type(operands.get(1)).orElseThrow().dim(2));
    List<String> scored = new ArrayList<>(operands.subList(0, 2));
    if (attend.biased()) scored.add(operands.get(4));
    String scoresName = path + ".scores", probabilities = path + ".probs";
    return List.of(
        new Node(
            new Op.Scores(attend.scale(), attend.cap()),
            scored,
            List.of(),
            List.of(new Node.Result(scoresName, scores)),
            node.region()),
        new Node(
            new Op.Softmax(attend.sink()),
            List.of(scoresName, operands.get(3)),
            node.parameters(),
            List.of(new Node.Result(probabilities, scores)),
            node.region()),
        new Node(
            new Op.Weigh(),
            List.of(probabilities, operands.get(2)),
            List.of(),
            node.results(),
            node.region()));
  }
}
