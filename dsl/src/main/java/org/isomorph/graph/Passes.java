package org.isomorph.graph;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

/** What makes another graph of a graph. Each pass leaves the one it was given as it is. */
public final class Passes {
  private Passes() {}

  /**
   * The graph with these values as outputs besides its own, under their names. Attention is taken
   * apart where its scores or probabilities are asked for.
   *
   * @param names canonical, or aliases that the graph knows
   * @throws GraphException if the graph does not compute one of them
   */
  public static Graph tap(Graph graph, Collection<String> names) {
    return select(graph, names, true);
  }

  /** As {@link #tap}, but only these values are computed and handed out. */
  public static Graph only(Graph graph, Collection<String> names) {
    return select(graph, names, false);
  }

  private static Graph select(Graph graph, Collection<String> names, boolean besides) {
    Graph expanded = Expansion.of(graph, names);
    SequencedMap<String, String> outputs =
        new LinkedHashMap<>(besides ? expanded.outputs() : Map.of());
    for (String name : names) {
      String value = expanded.value(name);
      require(expanded, name, value);
      outputs.put(name, value);
    }
    return expanded.outputs(outputs);
  }

  /**
   * The graph with these values handed in instead of computed.
   *
   * @throws GraphException if the graph does not compute one of them
   */
  public static Graph feed(Graph graph, Collection<String> names) {
    Graph expanded = Expansion.of(graph, names);
    Set<String> fed = new HashSet<>();
    SequencedMap<String, Type> inputs = new LinkedHashMap<>(expanded.inputs());
    for (String name : names) {
      String value = expanded.value(name);
      require(expanded, name, value);
      inputs.put(value, expanded.type(value).orElseThrow());
      fed.add(value);
    }
    return live(without(expanded, inputs, fed));
  }

  private static void require(Graph graph, String name, String value) {
    if (graph.type(value).isEmpty()) throw new GraphException("the graph does not compute " + name);
  }

  /** The graph with some results no longer given by nodes, as they are inputs. */
  private static Graph without(Graph graph, SequencedMap<String, Type> inputs, Set<String> fed) {
    List<Node> nodes = new ArrayList<>();
    for (Node node : graph.nodes()) {
      boolean all = node.results().stream().allMatch(result -> fed.contains(result.name()));
      boolean some = node.results().stream().anyMatch(result -> fed.contains(result.name()));
      if (all) continue;
      if (!some) {
        nodes.add(node);
        continue;
      }
      // Half of a pair is still computed, under a name that nobody reads.
      List<Node.Result> renamed =
          node.results().stream()
              .map(result ->
                  fed.contains(result.name())
                      ? new Node.Result(result.name() + ".computed", result.type())
                      : result)
              .toList();
      nodes.add(new Node(node.op(), node.inputs(), node.parameters(), renamed, node.region()));
    }
    SequencedMap<String, Type> memory = new LinkedHashMap<>(graph.memory());
    memory.keySet().removeAll(fed);
    return new Graph(inputs, nodes, graph.outputs(), graph.aliases(), graph.parameters(), memory);
  }

  /** The graph without nodes, inputs and weights that no output needs. */
  public static Graph live(Graph graph) {
    Set<String> needed = new HashSet<>(graph.outputs().values());
    List<Node> nodes = new ArrayList<>();
    for (Node node : graph.nodes().reversed())
      if (node.results().stream().anyMatch(result -> needed.contains(result.name()))) {
        nodes.add(node);
        needed.addAll(node.inputs());
      }
    Set<String> weights = new HashSet<>();
    Set<String> given = new HashSet<>();
    for (Node node : nodes) {
      weights.addAll(node.parameters());
      node.results().forEach(result -> given.add(result.name()));
    }
    return new Graph(
        kept(graph.inputs(), needed),
        nodes.reversed(),
        graph.outputs(),
        graph.aliases(),
        kept(graph.parameters(), weights),
        kept(graph.memory(), given));
  }

  private static <V> SequencedMap<String, V> kept(SequencedMap<String, V> from, Set<String> names) {
    SequencedMap<String, V> kept = new LinkedHashMap<>(from);
    kept.keySet().retainAll(names);
    return kept;
  }

  /**
   * The graph with a memory: what it remembers of earlier calls goes before what this call adds, so
   * that a sequence can be given in pieces.
   */
  public static Graph remembering(Graph graph) {
    return new Graph(
        graph.inputs(),
        graph.nodes(),
        graph.outputs(),
        graph.aliases(),
        graph.parameters(),
        Memory.of(graph.nodes()));
  }

  /**
   * The graph with its logits for the last token only, which is all that generating needs, and
   * without what only those of other tokens need. Other outputs stay as they are.
   */
  public static Graph finalLogits(Graph graph) {
    return FinalLogits.of(graph);
  }

  /** A graph in two parts, one to be run after the other. */
  public record Cut(Graph head, Graph tail) {}

  /**
   * Cuts the graph at these values: the head computes them and all that they need; every value that
   * crosses the cut, these or others, is an output of the head and an input of the tail.
   */
  public static Cut cut(Graph graph, Collection<String> names) {
    Graph expanded = Expansion.of(graph, names);
    Set<String> before = new HashSet<>();
    for (String name : names) {
      String value = expanded.value(name);
      require(expanded, name, value);
      before.add(value);
    }
    List<Node> head = new ArrayList<>(), tail = new ArrayList<>();
    for (Node node : expanded.nodes().reversed()) {
      boolean needed = node.results().stream().anyMatch(result -> before.contains(result.name()));
      if (needed) before.addAll(node.inputs());
      (needed ? head : tail).add(node);
    }
    Map<String, Type> given = new HashMap<>();
    for (Node node : head)
      for (Node.Result result : node.results()) given.put(result.name(), result.type());
    Set<String> wanted = new HashSet<>();
    for (Node node : tail) wanted.addAll(node.inputs());
    SequencedMap<String, String> handed = new LinkedHashMap<>();
    SequencedMap<String, String> rest = new LinkedHashMap<>();
    expanded
        .outputs()
        .forEach((label, value) -> (given.containsKey(value) ? handed : rest).put(label, value));
    SequencedMap<String, Type> crossing = new LinkedHashMap<>(expanded.inputs());
    for (Node node : head.reversed())
      for (Node.Result result : node.results())
        if (wanted.contains(result.name())) {
          handed.put(result.name(), result.name());
          crossing.put(result.name(), result.type());
        }
    return new Cut(
        part(expanded, expanded.inputs(), head.reversed(), handed),
        part(expanded, crossing, tail.reversed(), rest));
  }

  /**
   * Cuts the graph between what is computed once for a sequence, the encoder's side, and what is
   * computed for each of its pieces: what depends on tokens that are still to come. The head is
   * empty where all does.
   */
  public static Cut once(Graph graph) {
    Set<String> changing = new HashSet<>();
    graph
        .inputs()
        .forEach((name, type) -> {
          if (type.dims().contains(Dim.SEQ)) changing.add(name);
        });
    Set<String> crossing = new LinkedHashSet<>();
    for (Node node : graph.nodes()) {
      boolean changes = node.inputs().stream().anyMatch(changing::contains);
      if (!changes) continue;
      node.results().forEach(result -> changing.add(result.name()));
      for (String input : node.inputs())
        if (!changing.contains(input) && !graph.inputs().containsKey(input)) crossing.add(input);
    }
    return cut(graph, crossing);
  }

  /**
   * The graph in pieces, one a layer and one for each stretch of what stands around them: run one
   * after the other, they compute what the graph computes.
   */
  public static List<Piece> pieces(Graph graph) {
    return Piece.of(graph);
  }

  private static Graph part(
      Graph graph,
      SequencedMap<String, Type> inputs,
      List<Node> nodes,
      SequencedMap<String, String> outputs) {
    Set<String> given = new HashSet<>();
    for (Node node : nodes) node.results().forEach(result -> given.add(result.name()));
    return live(
        new Graph(
            inputs,
            nodes,
            outputs,
            graph.aliases(),
            graph.parameters(),
            kept(graph.memory(), given)));
  }
}
