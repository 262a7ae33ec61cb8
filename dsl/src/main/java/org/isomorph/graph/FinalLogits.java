package org.isomorph.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.isomorph.tensor.Shape;

/**
 * The logits of the last token only, and of all else what these need: in the last layer, keys and
 * values for all tokens, and the rest for one. Where layers share a cache that lower ones fill, as
 * YOCO's do, that is the whole upper half.
 */
final class FinalLogits {
  private static final String LOGITS = "logits";

  private final Graph graph;

  /** The types of the values of the graph that is given, and of that which is made. */
  private final Map<String, Type> given = new HashMap<>(), made = new HashMap<>();

  /** Values that are needed for all tokens. */
  private final Set<String> whole = new HashSet<>();

  /** Values that the new graph has for the last token only. */
  private final Set<String> shortened = new HashSet<>();

  private final List<Node> nodes = new ArrayList<>();

  private FinalLogits(Graph graph) {
    this.graph = graph;
    given.putAll(graph.inputs());
    graph.results().forEach(result -> given.put(result.name(), result.type()));
    made.putAll(graph.inputs());
  }

  static Graph of(Graph graph) {
    return new FinalLogits(Passes.live(graph)).result();
  }

  private Graph result() {
    graph
        .outputs()
        .forEach((label, value) -> {
          if (!label.equals(LOGITS)) whole.add(value);
        });
    // Backwards, so that all that read a value have been asked before what gives it.
    for (Node node : graph.nodes().reversed()) {
      List<Integer> axes = axes(node);
      boolean shorter = !axes.isEmpty() && names(node).stream().noneMatch(whole::contains);
      if (shorter) shortened.addAll(names(node));
      for (int index = 0; index < node.inputs().size(); index++)
        if (!shorter || axes.get(index) == Tokenwise.WHOLE) whole.add(node.inputs().get(index));
    }
    for (Node node : graph.nodes())
      add(shortened.contains(names(node).getFirst()) ? forOne(node) : node);
    return graph.nodes(nodes);
  }

  private List<Integer> axes(Node node) {
    return Tokenwise.axes(node.op(), types(node.inputs(), given));
  }

  private Node forOne(Node node) {
    List<Integer> axes = axes(node);
    List<String> inputs = new ArrayList<>();
    for (int index = 0; index < axes.size(); index++) {
      String input = node.inputs().get(index);
      boolean cut = axes.get(index) != Tokenwise.WHOLE && !shortened.contains(input);
      inputs.add(cut ? last(input, axes.get(index), node.region()) : input);
    }
    return node(node.op(), inputs, node.parameters(), names(node), node.region());
  }

  /** The last token of a value that is there for all; taken once in each layer. */
  private String last(String value, int axis, String region) {
    boolean own = region.isEmpty() || value.startsWith(region + ".");
    String name = (own ? value : region + "." + value) + ".final";
    if (!made.containsKey(name))
      add(node(new Op.Final(axis), List.of(value), List.of(), List.of(name), region));
    return name;
  }

  private Node node(
      Op op, List<String> inputs, List<String> parameters, List<String> names, String region) {
    List<Shape> weights =
        parameters.stream()
            .map(each -> Objects.requireNonNull(graph.parameters().get(each)))
            .toList();
    return Node.of(op, inputs, types(inputs, made), parameters, weights, names, region);
  }

  private void add(Node node) {
    nodes.add(node);
    node.results().forEach(result -> made.put(result.name(), result.type()));
  }

  private static List<String> names(Node node) {
    return node.results().stream().map(Node.Result::name).toList();
  }

  private static List<Type> types(List<String> values, Map<String, Type> among) {
    return values.stream().map(value -> Objects.requireNonNull(among.get(value))).toList();
  }
}
