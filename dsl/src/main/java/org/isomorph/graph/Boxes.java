package org.isomorph.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A graph in the boxes in which people draw it: a mixer, a norm or a sum each, with all the
 * operations that belong to it.
 */
final class Boxes {
  /** What a box is. */
  enum Kind {
    INPUT,
    OUTPUT,
    /** Positions, masks and tables that layers share. */
    SHARED,
    EMBED,
    NORM,
    MIXER,
    SUM,
    HEAD,
    /** Layers that compute the same as others. */
    AGAIN
  }

  /**
   * Nodes that are drawn as one.
   *
   * @param key what tells it from others
   * @param region the layer it belongs to; empty around the layers
   */
  record Box(String key, Kind kind, String name, String tower, String region, List<Node> nodes) {
    /** Its operations, equal ones together. */
    List<String> operations() {
      SequencedMap<String, Integer> counts = new LinkedHashMap<>();
      for (Node node : nodes) counts.merge(OpText.of(node.op()), 1, Integer::sum);
      return counts.entrySet().stream()
          .map(
              each -> each.getValue() == 1 ? each.getKey() : each.getKey() + " ×" + each.getValue())
          .toList();
    }
  }

  /** A box reads what another gives, of this type. */
  record Edge(Box from, Box to, Type type) {}

  private final Graph graph;
  private final List<String> towers;
  private final SequencedMap<String, Box> boxes = new LinkedHashMap<>();
  private final Map<String, String> keyOf = new HashMap<>();
  private final Map<String, String> standIn = new HashMap<>();
  private final SequencedMap<String, List<String>> layers = new LinkedHashMap<>();

  private Boxes(Graph graph) {
    this.graph = graph;
    Set<String> found = new LinkedHashSet<>();
    for (Node node : graph.nodes())
      if (!node.region().isEmpty() && !node.region().startsWith("mtp."))
        found.add(first(node.region()));
    this.towers = found.isEmpty() ? List.of("") : List.copyOf(found);
  }

  static Boxes of(Graph graph, List<Sections.Section> sections) {
    Boxes boxes = new Boxes(graph);
    boxes.collect(sections);
    return boxes;
  }

  /** The columns of a drawing. */
  List<String> towers() {
    return towers;
  }

  /** The boxes of a tower, each behind those that it reads. */
  Stream<Box> of(String tower) {
    return boxes.values().stream().filter(box -> box.tower().equals(tower));
  }

  /** The layers that are drawn as this one: itself and those that compute the same. */
  List<String> layers(String region) {
    return layers.getOrDefault(region, List.of(region));
  }

  private static String first(String name) {
    int dot = name.indexOf('.');
    return dot < 0 ? name : name.substring(0, dot);
  }

  private void collect(List<Sections.Section> sections) {
    String here = towers.getFirst(), before = "";
    for (Sections.Section section : sections)
      switch (section) {
        case Sections.Shown(String region, List<Node> nodes) -> {
          if (towers.contains(first(region))) here = first(region);
          for (Node node : nodes) put(node, here);
          before = region;
        }
        case Sections.Again again -> {
          if (again.as().equals(List.of(before))) {
            layers
                .computeIfAbsent(before, one -> new ArrayList<>(List.of(one)))
                .addAll(again.regions());
            for (String region : again.regions()) standIn.put(region, before);
          } else {
            String name = again.names();
            String as = name + " as " + again.asNames();
            boxes.put(name, new Box(name, Kind.AGAIN, as, here, "", List.of()));
            for (String region : again.regions()) standIn.put(region, "again " + name);
            before = "";
          }
        }
      }
    join();
    outside();
  }

  private void put(Node node, String here) {
    Box like = box(node, here);
    String key = like.key();
    // Whatever is read must stand above: a box stands where its last node does.
    @Nullable Box present = boxes.remove(key);
    Box box = present == null ? like : present;
    box.nodes().add(node);
    boxes.put(key, box);
    for (Node.Result result : node.results()) keyOf.put(result.name(), key);
  }

  private Box box(Node node, String here) {
    String name = node.results().getFirst().name(), region = node.region();
    return region.isEmpty() ? around(node, name, here) : within(node, name, region, here);
  }

  private Box within(Node node, String name, String region, String here) {
    String local = name.substring(region.length() + 1).replaceAll("^block\\.", "");
    boolean whole = local.indexOf('.') < 0;
    if (node.op() instanceof Op.Add && (whole || local.endsWith(".sum")))
      return fresh(Kind.SUM, local, here, region);
    if (node.op() instanceof Op.Scale && local.endsWith(".scaled"))
      return fresh(Kind.SUM, local, here, region);
    boolean stream = whole || local.endsWith(".norm.out") || local.matches("[a-z0-9]+\\.out");
    if (node.op() instanceof Op.Normalise && stream) {
      String called =
          node.parameters().isEmpty()
              ? first(local) + ".norm"
              : node.parameters()
                  .getFirst()
                  .substring(region.length() + 1)
                  .replaceAll("\\.(weight|bias)$", "");
      return fresh(Kind.NORM, called, here, region);
    }
    return fresh(Kind.MIXER, first(local), here, region);
  }

  private Box around(Node node, String name, String here) {
    String start = first(name), rest = name.startsWith("project.") ? name.substring(8) : name;
    String tower = towers.contains(first(rest)) ? first(rest) : here;
    if (name.contains(".cache.")) return fresh(Kind.MIXER, tower + ".cache", tower, "");
    if (isShared(node.op())) return fresh(Kind.SHARED, "positions and masks", tower, "");
    if (name.contains("embed.")) return fresh(Kind.EMBED, "embed", tower, "");
    if (name.equals(tower + ".norm.out")) return fresh(Kind.NORM, tower + ".norm", tower, "");
    if (name.startsWith("project.")) return fresh(Kind.HEAD, "project." + tower, tower, "");
    return fresh(Kind.HEAD, start.equals("logits") ? "head" : start, tower, "");
  }

  private static boolean isShared(Op op) {
    return switch (op) {
      case Op.Remember _,
          Op.Positions _,
          Op.Latest _,
          Op.Everywhere _,
          Op.Length _,
          Op.PrefixEnd _,
          Op.PrefixOf _,
          Op.Visible _,
          Op.RotaryTable _,
          Op.DistanceBias _,
          Op.BucketBias _,
          Op.Keep _ ->
          true;
      default -> false;
    };
  }

  private static Box fresh(Kind kind, String name, String tower, String region) {
    String key = region + " " + tower + " " + name + " " + kind;
    return new Box(key, kind, name, tower, region, new ArrayList<>());
  }

  /** What scales one side of a sum is drawn with the sum. */
  private void join() {
    for (String key : List.copyOf(boxes.keySet())) {
      Box box = Objects.requireNonNull(boxes.get(key));
      if (box.kind() != Kind.SUM || !box.name().endsWith(".scaled")) continue;
      Node scale = box.nodes().getFirst();
      for (Node node : graph.nodes())
        if (node.inputs().contains(scale.result())) {
          String sum = Objects.requireNonNull(keyOf.get(node.results().getFirst().name()));
          Objects.requireNonNull(boxes.get(sum)).nodes().addFirst(scale);
          keyOf.put(scale.result(), sum);
        }
      boxes.remove(key);
    }
  }

  /** Inputs stand with the tower that reads them first, outputs with the one that gives them. */
  private void outside() {
    graph
        .inputs()
        .keySet()
        .forEach(name -> {
          String tower =
              graph.nodes().stream()
                  .filter(node -> node.inputs().contains(name))
                  .findFirst()
                  .map(node -> giving(node.results().getFirst().name()))
                  .map(Box::tower)
                  .orElse(towers.getFirst());
          String key = "input " + name;
          boxes.putFirst(key, new Box(key, Kind.INPUT, name, tower, "", List.of()));
          keyOf.put(name, key);
        });
    graph
        .outputs()
        .forEach((label, value) -> {
          @Nullable Box from = giving(value);
          String tower = from == null ? towers.getLast() : from.tower();
          String key = "output " + label;
          boxes.put(key, new Box(key, Kind.OUTPUT, label, tower, "", List.of()));
        });
  }

  /** The box that gives a value; one that stands in for a layer that is not drawn. */
  private @Nullable Box giving(String value) {
    @Nullable String key = keyOf.get(value);
    if (key != null) return boxes.get(key);
    int dot = value.indexOf('.', value.indexOf('.') + 1);
    @Nullable String stand = dot < 0 ? null : standIn.get(value.substring(0, dot));
    if (stand == null) return null;
    return stand.startsWith("again ")
        ? boxes.get(stand.substring(6))
        : giving(stand + value.substring(dot));
  }

  /** Who reads what, once for each two boxes. */
  List<Edge> edges() {
    Map<String, Type> types = new HashMap<>(graph.inputs());
    graph.results().forEach(result -> types.put(result.name(), result.type()));
    SequencedMap<String, Edge> edges = new LinkedHashMap<>();
    for (Node node : graph.nodes()) {
      // A layer that another stands in for would point back to where that begins.
      @Nullable String stand = standIn.get(node.region());
      if (stand != null && !stand.startsWith("again ")) continue;
      @Nullable Box to = giving(node.results().getFirst().name());
      boolean bias = node.op() instanceof Op.BucketBias || node.op() instanceof Op.DistanceBias;
      // Of its queries a bias knows how many there are, no more.
      for (String input : node.inputs().subList(bias ? 1 : 0, node.inputs().size()))
        edge(edges, input, to, types);
    }
    graph
        .outputs()
        .forEach((label, value) -> edge(edges, value, boxes.get("output " + label), types));
    return List.copyOf(edges.values());
  }

  private void edge(
      Map<String, Edge> edges, String value, @Nullable Box to, Map<String, Type> types) {
    @Nullable Box from = giving(value);
    if (from == null || to == null || from.key().equals(to.key())) return;
    Type type = Objects.requireNonNull(types.get(value));
    edges.putIfAbsent(from.key() + " -> " + to.key(), new Edge(from, to, type));
  }
}
