package org.isomorph.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A graph as text: inputs, a line a node, outputs. Weights are marked by {@code %}; each layer is a
 * section under its name.
 */
final class GraphText {
  private GraphText() {}

  static String of(Graph graph, List<Sections.Section> sections) {
    List<String> lines = new ArrayList<>();
    graph.inputs().forEach((name, type) -> lines.add("input " + name + ": " + type));
    graph.memory().forEach((name, type) -> lines.add("memory " + name + ": " + type));
    boolean within = false;
    for (Sections.Section section : sections)
      switch (section) {
        case Sections.Shown shown -> {
          boolean layer = !shown.region().isEmpty();
          if (layer || within) lines.add("");
          if (layer) lines.add(shown.region());
          for (Node node : shown.nodes()) lines.add((layer ? "  " : "") + line(node));
          within = layer;
        }
        case Sections.Again again -> {
          lines.add("");
          lines.add(again.names() + ": as " + again.asNames());
          within = true;
        }
      }
    if (within) lines.add("");
    graph
        .outputs()
        .forEach((label, value) ->
            lines.add("output " + label + (label.equals(value) ? "" : " = " + value)));
    return String.join("\n", lines);
  }

  private static String line(Node node) {
    String results =
        node.results().stream().map(Node.Result::toString).collect(Collectors.joining(", "));
    List<String> operands = new ArrayList<>(node.inputs());
    int count = node.parameters().size();
    if (node.op() instanceof Op.Experts && count > 0)
      operands.add("%" + node.parameters().getFirst() + " .. %" + node.parameters().getLast());
    else node.parameters().forEach(weight -> operands.add("%" + weight));
    return results + " = " + OpText.of(node.op()) + " " + String.join(", ", operands);
  }
}
