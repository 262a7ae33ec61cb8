package org.isomorph.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A part of a graph that is run by itself: one layer, or what stands before, between and behind
 * layers. What it reads of earlier pieces is an input, what later ones read is an output.
 *
 * @param name {@code decoder.3} for a layer; {@code inputs} for what stands before the first layer,
 *     {@code heads} for what stands behind the last, {@code before decoder} for what lies between
 * @param graph what it computes; outputs of the whole graph under their labels, what it hands on
 *     under its name
 */
public record Piece(String name, Graph graph) {
  static final String INPUTS = "inputs";
  static final String HEADS = "heads";

  /** The name that a layer has in the common form of all layers. */
  private static final String LAYER = "layer";

  /** A graph without memory in pieces, to be run one after the other. */
  static List<Piece> of(Graph graph) {
    List<List<Node>> sections = sections(graph);
    Map<String, Integer> given = new HashMap<>();
    Map<String, Type> types = new HashMap<>();
    for (int index = 0; index < sections.size(); index++)
      for (Node node : sections.get(index))
        for (Node.Result result : node.results()) {
          given.put(result.name(), index);
          types.put(result.name(), result.type());
        }
    Set<String> crossing = new HashSet<>();
    for (int index = 0; index < sections.size(); index++)
      for (Node node : sections.get(index))
        for (String input : node.inputs()) {
          @Nullable Integer giver = given.get(input);
          if (giver != null && giver != index) crossing.add(input);
        }
    List<Piece> pieces = new ArrayList<>();
    SequencedMap<String, Type> inputs = new LinkedHashMap<>(graph.inputs());
    for (int index = 0; index < sections.size(); index++) {
      int own = index;
      SequencedMap<String, String> outputs = new LinkedHashMap<>();
      graph
          .outputs()
          .forEach((label, value) -> {
            if (given.getOrDefault(value, -1) == own) outputs.put(label, value);
          });
      List<String> handed =
          sections.get(index).stream()
              .flatMap(node -> node.results().stream())
              .map(Node.Result::name)
              .filter(crossing::contains)
              .toList();
      handed.forEach(name -> outputs.put(name, name));
      Graph part =
          Passes.live(
              new Graph(
                  inputs,
                  sections.get(index),
                  outputs,
                  graph.aliases(),
                  graph.parameters(),
                  new LinkedHashMap<>()));
      pieces.add(new Piece(name(sections, index), part));
      for (String name : handed) {
        @Nullable Type type = types.get(name);
        if (type != null) inputs.put(name, type);
      }
    }
    return pieces;
  }

  /** Neighbouring nodes of one region. */
  private static List<List<Node>> sections(Graph graph) {
    List<List<Node>> sections = new ArrayList<>();
    for (Node node : graph.nodes()) {
      if (sections.isEmpty() || !sections.getLast().getFirst().region().equals(node.region()))
        sections.add(new ArrayList<>());
      sections.getLast().add(node);
    }
    return sections;
  }

  private static String name(List<List<Node>> sections, int index) {
    String region = sections.get(index).getFirst().region();
    if (!region.isEmpty()) return region;
    if (index == 0) return INPUTS;
    if (index == sections.size() - 1) return HEADS;
    return "before " + sections.get(index + 1).getFirst().region().replaceAll("\\.\\d+$", "");
  }

  /** Whether it is a layer. */
  public boolean isLayer() {
    return graph.nodes().stream().noneMatch(node -> node.region().isEmpty());
  }

  /** Whether the piece computes a value of this name, by itself or as a part of attention. */
  public boolean computes(String value) {
    String own = graph.value(value);
    String attention = own.replaceAll("\\.(scores|probs)$", ".mix.heads");
    return graph
        .results()
        .anyMatch(result -> result.name().equals(own) || result.name().equals(attention));
  }

  /** The choices that routers of this piece make: the experts of each token, (B, T, k). */
  public List<String> choices() {
    return graph.nodes().stream()
        .filter(node -> node.op() instanceof Op.Route)
        .map(node -> node.results().getLast().name())
        .toList();
  }

  /** The piece with these values handed out besides; see {@link Passes#tap}. */
  public Piece tap(List<String> names) {
    return names.isEmpty() ? this : new Piece(name, Passes.tap(graph, names));
  }

  /**
   * The piece under names that say nothing of which layer it is: layers that compute the same are
   * the same program then, and need to be compiled only once.
   */
  public Graph common() {
    return isLayer() ? Renaming.of(graph, this::common) : graph;
  }

  /** The name that a value or a parameter of this piece has in its common form. */
  public String common(String own) {
    if (!isLayer()) return own;
    if (own.equals(graph.value(name + ".in"))) return LAYER + ".entering";
    return own.equals(name) || own.startsWith(name + ".")
        ? LAYER + own.substring(name.length())
        : own;
  }
}
