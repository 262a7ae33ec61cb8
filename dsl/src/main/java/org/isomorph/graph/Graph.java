package org.isomorph.graph;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.isomorph.tensor.Shape;

/**
 * What is computed from inputs and weights: nodes in an order in which each finds its operands
 * made, by names that are given once.
 *
 * @param inputs what is handed in, with every call
 * @param nodes in order
 * @param outputs what is handed out: names for the outside, and the values they stand for
 * @param aliases other names of values: what leaves one layer enters the next
 * @param parameters the shapes of all weights that nodes read
 * @param memory values that are remembered from call to call, by the name of the value that a node
 *     with a memory gives, in the order of the nodes; empty where each call stands alone
 */
public record Graph(
    SequencedMap<String, Type> inputs,
    List<Node> nodes,
    SequencedMap<String, String> outputs,
    Map<String, String> aliases,
    SequencedMap<String, Shape> parameters,
    SequencedMap<String, Type> memory) {
  public Graph {
    inputs = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(inputs));
    nodes = List.copyOf(nodes);
    outputs = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(outputs));
    aliases = Map.copyOf(aliases);
    parameters = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(parameters));
    memory = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(memory));
    Legality.check(inputs, nodes, outputs, aliases, parameters, memory);
  }

  /** The value that a name stands for: itself, or what it is an alias of. */
  public String value(String name) {
    return aliases.getOrDefault(name, name);
  }

  /** The type of a value by any of its names; empty where the graph does not compute it. */
  public Optional<Type> type(String name) {
    String value = value(name);
    Type input = inputs.get(value);
    if (input != null) return Optional.of(input);
    return results()
        .filter(result -> result.name().equals(value))
        .map(Node.Result::type)
        .findFirst();
  }

  /** All values that nodes give, in order. */
  public Stream<Node.Result> results() {
    return nodes.stream().flatMap(node -> node.results().stream());
  }

  /** The same computation with other outputs; what they do not need is left out. */
  public Graph outputs(SequencedMap<String, String> others) {
    return Passes.live(new Graph(inputs, nodes, others, aliases, parameters, memory));
  }

  Graph nodes(List<Node> others) {
    return new Graph(inputs, others, outputs, aliases, parameters, memory);
  }

  /** The graph as text, a line a node, with every layer written out. */
  public String unfolded() {
    return GraphText.of(this, Sections.all(this));
  }

  /** The graph as text, a line a node; layers that compute the same are written out once. */
  @Override
  public String toString() {
    return GraphText.of(this, Sections.folded(this));
  }
}
