package org.isomorph.graph;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A head that reads the last token instead of all: {@link Passes#lastToken}. */
final class LastToken {
  private LastToken() {}

  static Graph of(Graph graph) {
    String logits = graph.outputs().get("logits");
    if (logits == null) return graph;
    Set<String> head = new HashSet<>();
    String stream = logits;
    for (Optional<Node> node = giving(graph, stream);
        node.isPresent();
        node = giving(graph, stream)) {
      head.add(stream);
      stream = node.get().inputs().getFirst();
    }
    Type type = graph.type(stream).orElseThrow();
    if (head.isEmpty() || type.rank() != 3 || !Dim.SEQ.equals(type.dim(1))) return graph;
    return graph.nodes(shortened(graph, head, stream, type));
  }

  /** The node of the head that gives a value; empty where what stands before the head does. */
  private static Optional<Node> giving(Graph graph, String value) {
    return graph.nodes().stream()
        .filter(node -> node.results().getFirst().name().equals(value))
        .filter(node ->
            switch (node.op()) {
              case Op.Linear _, Op.Scale _, Op.Cap _ -> true;
              default -> false;
            })
        .findFirst();
  }

  private static List<Node> shortened(Graph graph, Set<String> head, String stream, Type type) {
    String last = stream + ".last";
    List<Node> nodes = new ArrayList<>();
    boolean cut = false;
    for (Node node : graph.nodes()) {
      if (!head.contains(node.results().getFirst().name())) {
        nodes.add(node);
        continue;
      }
      if (!cut) {
        Node.Result result = new Node.Result(last, type.with(1, Dim.ONE));
        nodes.add(new Node(new Op.Last(), List.of(stream), List.of(), List.of(result), ""));
        cut = true;
      }
      Node.Result whole = node.results().getFirst();
      List<String> operands =
          node.inputs().stream().map(each -> each.equals(stream) ? last : each).toList();
      Node.Result one = new Node.Result(whole.name(), whole.type().with(1, Dim.ONE));
      nodes.add(new Node(node.op(), operands, node.parameters(), List.of(one), node.region()));
    }
    return nodes;
  }
}
