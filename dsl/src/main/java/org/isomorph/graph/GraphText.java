package org.isomorph.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A graph as text: inputs, a line a node, outputs. */
final class GraphText {
  private GraphText() {}

  static String of(Graph graph) {
    List<String> lines = new ArrayList<>();
    graph.inputs().forEach((name, type) -> lines.add("input  " + name + ": " + type));
    graph.memory().forEach((name, type) -> lines.add("memory " + name + ": " + type));
    String region = "";
    for (Node node : graph.nodes()) {
      if (!node.region().equals(region)) lines.add(node.region().isEmpty() ? "" : node.region());
      region = node.region();
      lines.add((region.isEmpty() ? "" : "  ") + line(node));
    }
    graph.outputs().forEach((label, value) -> lines.add("output " + label + " = " + value));
    return String.join("\n", lines);
  }

  private static String line(Node node) {
    String results =
        node.results().stream().map(Node.Result::toString).collect(Collectors.joining(", "));
    List<String> operands = new ArrayList<>(node.inputs());
    if (node.op() instanceof Op.Experts)
      operands.add("%" + node.parameters().getFirst() + " ... (" + node.parameters().size() + ")");
    else node.parameters().forEach(weight -> operands.add("%" + weight));
    return results + " = " + name(node.op()) + " " + String.join(", ", operands);
  }

  /** {@code split_heads(4)}: an operation and what it states. */
  static String name(Op op) {
    String kind =
        op.getClass()
            .getSimpleName()
            .replaceAll("(?<=[a-z])(?=[A-Z])", "_")
            .toLowerCase(Locale.ROOT);
    String stated = op.toString().replaceAll("^\\w+\\[|]$", "");
    return stated.isEmpty() ? kind : kind + "(" + stated + ")";
  }
}
