package org.isomorph.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The head over the last token only, where nothing else asks for what it computes. */
final class FinalLogits {
  private static final String LOGITS = "logits";

  private FinalLogits() {}

  static Graph of(Graph graph) {
    String value = graph.outputs().get(LOGITS);
    Map<String, Node> givers = new HashMap<>();
    for (Node node : graph.nodes())
      node.results().forEach(result -> givers.put(result.name(), node));
    List<Node> chain = new ArrayList<>();
    Node node = value == null ? null : givers.get(value);
    while (node != null && isTokenwise(node) && isReadOnce(graph, node, chain)) {
      chain.add(node);
      node = givers.get(node.inputs().getFirst());
    }
    return chain.isEmpty() ? graph : shortened(graph, new HashSet<>(chain), chain.getLast());
  }

  /** Whether each token is treated apart, from one value. */
  private static boolean isTokenwise(Node node) {
    return node.region().isEmpty()
        && node.results().getFirst().type().rank() == 3
        && switch (node.op()) {
          case Op.Linear _, Op.Normalise _, Op.Scale _, Op.Cap _, Op.Activate _ -> true;
          default -> false;
        };
  }

  private static boolean isReadOnce(Graph graph, Node node, List<Node> chain) {
    String result = node.result();
    boolean handedOut =
        graph.outputs().entrySet().stream()
            .anyMatch(each -> each.getValue().equals(result) && !each.getKey().equals(LOGITS));
    return !handedOut
        && graph.nodes().stream()
            .allMatch(other -> chain.contains(other) || !other.inputs().contains(result));
  }

  private static Graph shortened(Graph graph, Set<Node> chain, Node first) {
    String stream = first.inputs().getFirst();
    String last = stream + ".final";
    List<Node> nodes = new ArrayList<>();
    for (Node node : graph.nodes()) {
      if (node.equals(first)) {
        Type type = graph.type(stream).orElseThrow().with(1, Dim.ONE);
        nodes.add(
            new Node(
                new Op.Final(),
                List.of(stream),
                List.of(),
                List.of(new Node.Result(last, type)),
                ""));
      }
      nodes.add(chain.contains(node) ? forOne(node, node.equals(first) ? last : null) : node);
    }
    return graph.nodes(nodes);
  }

  private static Node forOne(Node node, @org.jspecify.annotations.Nullable String reading) {
    List<Node.Result> results =
        node.results().stream()
            .map(result -> new Node.Result(result.name(), result.type().with(1, Dim.ONE)))
            .toList();
    return new Node(
        node.op(),
        reading == null ? node.inputs() : List.of(reading),
        node.parameters(),
        results,
        node.region());
  }
}
