package org.isomorph.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A graph in the sections that people read: what stands around the layers, and each layer; layers
 * that compute the same as earlier ones are only mentioned.
 */
final class Sections {
  /** Neighbouring nodes of one region, or several layers that earlier ones stand for. */
  sealed interface Section {}

  /** Nodes to be shown. */
  record Shown(String region, List<Node> nodes) implements Section {}

  /**
   * Layers that compute the same as earlier ones.
   *
   * @param regions the layers
   * @param as the earlier ones, which these repeat in turn
   */
  record Again(List<String> regions, List<String> as) implements Section {
    /** {@code decoder.1 .. decoder.31}. */
    String names() {
      return range(regions);
    }

    /** {@code decoder.0, decoder.1 in turn}. */
    String asNames() {
      return String.join(", ", as) + (as.size() > 1 ? " in turn" : "");
    }
  }

  private Sections() {}

  static String range(List<String> regions) {
    return regions.size() == 1
        ? regions.getFirst()
        : regions.getFirst() + " .. " + regions.getLast();
  }

  /** All nodes, in order. */
  static List<Section> all(Graph graph) {
    return List.copyOf(shown(graph));
  }

  private static List<Shown> shown(Graph graph) {
    List<Shown> sections = new ArrayList<>();
    for (Node node : graph.nodes()) {
      if (sections.isEmpty() || !sections.getLast().region().equals(node.region()))
        sections.add(new Shown(node.region(), new ArrayList<>()));
      sections.getLast().nodes().add(node);
    }
    return sections;
  }

  /** Each computation once, and where it is repeated. */
  static List<Section> folded(Graph graph) {
    List<Shown> sections = shown(graph);
    Map<List<Object>, String> first = new HashMap<>();
    List<String> as = new ArrayList<>();
    for (Shown section : sections)
      as.add(
          section.region().isEmpty()
              ? ""
              : Objects.requireNonNullElse(
                  first.putIfAbsent(form(graph, section), section.region()), section.region()));
    List<Section> folded = new ArrayList<>();
    for (int at = 0; at < sections.size(); ) {
      Stretch stretch = repeated(sections, as, at);
      if (stretch.end() == at) folded.add(sections.get(at++));
      else {
        List<String> regions =
            sections.subList(at, stretch.end()).stream().map(Shown::region).toList();
        int turn = Math.min(at + stretch.period(), stretch.end());
        folded.add(new Again(regions, as.subList(at, turn)));
        at = stretch.end();
      }
    }
    return folded;
  }

  private record Stretch(int end, int period) {}

  /** Deeper patterns than this are none that a person would see. */
  private static final int LONGEST_PERIOD = 12;

  /** The longest stretch from {@code at} on that repeats what stands before it; empty if none. */
  private static Stretch repeated(List<Shown> sections, List<String> as, int at) {
    // A layer that is met again out of turn is a stretch of its own.
    boolean met = !as.get(at).isEmpty() && !as.get(at).equals(sections.get(at).region());
    Stretch longest = new Stretch(met ? at + 1 : at, 1);
    for (int period = 1; met && period <= Math.min(at, LONGEST_PERIOD); period++) {
      int end = at;
      while (end < as.size() && !as.get(end).isEmpty() && as.get(end).equals(as.get(end - period)))
        end++;
      if (end > longest.end()) longest = new Stretch(end, period);
    }
    return longest;
  }

  /** A layer without its name: layers of one form compute the same. */
  private static List<Object> form(Graph graph, Shown section) {
    String own = section.region() + ".", entering = graph.value(own + "in");
    List<Object> form = new ArrayList<>();
    Map<String, String> given = new HashMap<>();
    for (Node node : section.nodes()) {
      form.add(node.op());
      for (String input : node.inputs())
        form.add(
            input.equals(entering) ? "in" : Objects.requireNonNullElse(given.get(input), input));
      for (String parameter : node.parameters()) {
        form.add(without(own, parameter));
        form.add(Objects.requireNonNull(graph.parameters().get(parameter)));
      }
      for (Node.Result result : node.results()) {
        String name = without(own, result.name());
        given.put(result.name(), name);
        form.add(name);
        form.add(result.type());
      }
    }
    return form;
  }

  private static String without(String own, String name) {
    return name.startsWith(own) ? name.substring(own.length() - 1) : name;
  }
}
