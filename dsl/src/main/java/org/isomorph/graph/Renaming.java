package org.isomorph.graph;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** The same graph under other names of values, parameters and regions; inputs in their order. */
final class Renaming {
  private Renaming() {}

  /**
   * The graph renamed.
   *
   * @param names from an old name to a new one; no two old ones may become the same
   */
  static Graph of(Graph graph, UnaryOperator<String> names) {
    List<Node> nodes = graph.nodes().stream().map(node -> node(node, names)).toList();
    SequencedMap<String, String> outputs = new LinkedHashMap<>();
    graph.outputs().forEach((label, value) -> outputs.put(names.apply(label), names.apply(value)));
    Map<String, String> aliases = new HashMap<>();
    graph.aliases().forEach((alias, value) -> aliases.put(names.apply(alias), names.apply(value)));
    return new Graph(
        new LinkedHashMap<>(new TreeMap<>(keys(graph.inputs(), names))),
        nodes,
        outputs,
        aliases,
        keys(graph.parameters(), names),
        keys(graph.memory(), names));
  }

  private static Node node(Node node, UnaryOperator<String> names) {
    return new Node(
        node.op(),
        node.inputs().stream().map(names).toList(),
        node.parameters().stream().map(names).toList(),
        node.results().stream()
            .map(result -> new Node.Result(names.apply(result.name()), result.type()))
            .toList(),
        names.apply(node.region()));
  }

  private static <V> SequencedMap<String, V> keys(
      SequencedMap<String, V> map, UnaryOperator<String> names) {
    SequencedMap<String, V> renamed = new LinkedHashMap<>();
    map.forEach((name, value) -> renamed.put(names.apply(name), value));
    return renamed;
  }
}
