package org.isomorph.graph;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A graph as a picture: towers side by side, each from its inputs down to its outputs; a box is a
 * mixer, a norm or a sum, and layers that compute the same are drawn once.
 *
 * <p>Lines are what boxes read: down the middle the stream, on the left what passes by, on the
 * right, dashed, what all layers share.
 */
public final class Drawing {
  private static final int WIDE = 310, ASIDE = 230, MARGIN = 84, GUTTER = 40;
  private static final int TOP = 64, GAP = 34, HEADING = 44, LANE = 12, RAIL = 26;
  private static final int CHARACTERS = 44, CHARACTERS_ASIDE = 31;

  private final Boxes boxes;
  private final List<Boxes.Edge> edges;
  private final Svg svg = new Svg();
  private final Map<String, Place> places = new HashMap<>();
  private final Map<String, Integer> left = new HashMap<>();
  private int height = TOP;

  private Drawing(Boxes boxes) {
    this.boxes = boxes;
    this.edges = boxes.edges();
  }

  /** A document of its own, readable on a light and on a dark page. */
  public static String svg(Graph graph, String title) {
    return draw(graph, Sections.folded(graph), title);
  }

  /** As {@link #svg}, with every layer drawn. */
  public static String unfolded(Graph graph, String title) {
    return draw(graph, Sections.all(graph), title);
  }

  private static String draw(Graph graph, List<Sections.Section> sections, String title) {
    Drawing drawing = new Drawing(Boxes.of(graph, sections));
    List<String> towers = drawing.boxes.towers();
    int column = MARGIN + WIDE + RAIL + ASIDE + GUTTER;
    for (int index = 0; index < towers.size(); index++)
      drawing.tower(towers.get(index), index * column + MARGIN);
    drawing.lines();
    return drawing.svg.document(column * towers.size(), drawing.height + GAP, title);
  }

  /** Where a box is. */
  private record Place(Boxes.Box box, int x, int y, int width, int height, List<String> lines) {
    int middle() {
      return y + height / 2;
    }

    int center() {
      return x + width / 2;
    }

    int bottom() {
      return y + height;
    }

    int right() {
      return x + width;
    }
  }

  // ---- boxes

  private void tower(String tower, int x) {
    left.put(tower, x);
    svg.text("tower", x, 36, tower);
    List<Boxes.Box> stack =
        boxes.of(tower).filter(box -> box.kind() != Boxes.Kind.SHARED && !isAside(box)).toList();
    int y = inputs(stack, x);
    aside(tower, x + WIDE + RAIL);
    String region = "";
    int start = y;
    for (Boxes.Box box : stack) {
      if (box.kind() == Boxes.Kind.INPUT) continue;
      if (!box.region().equals(region)) {
        if (!region.isEmpty()) y += GAP / 2;
        region = box.region();
        start = y;
        if (!region.isEmpty()) {
          y += HEADING;
          frame(region, stack, x, start);
        }
      }
      y = place(box, x, y) + GAP;
    }
    height = Math.max(height, y);
  }

  private int inputs(List<Boxes.Box> stack, int x) {
    int y = TOP, most = TOP, at = x;
    List<Boxes.Box> inputs = stack.stream().filter(box -> box.kind() == Boxes.Kind.INPUT).toList();
    int width = inputs.isEmpty() ? WIDE : (WIDE - 12 * (inputs.size() - 1)) / inputs.size();
    for (Boxes.Box input : inputs) {
      Place place = new Place(input, at, y, width, 26, List.of());
      draw(place);
      most = Math.max(most, place.bottom() + GAP + 10);
      at += width + 12;
    }
    return most;
  }

  /** What only the shared box reads stands above it. */
  private void aside(String tower, int x) {
    int y = TOP;
    for (Boxes.Box box : boxes.of(tower).filter(this::isAside).toList()) {
      draw(new Place(box, x, y, ASIDE, 26, List.of()));
      y += 26 + 8;
    }
    for (Boxes.Box box :
        boxes.of(tower).filter(each -> each.kind() == Boxes.Kind.SHARED).toList()) {
      int under = Math.max(y - 8 + GAP + 10, TOP + 26 + GAP + 10);
      List<String> lines = Svg.wrapped(box.operations(), CHARACTERS_ASIDE);
      Place place = new Place(box, x, under, ASIDE, 30 + Svg.height(lines.size()), lines);
      draw(place);
      height = Math.max(height, place.bottom() + GAP);
    }
  }

  /** Whether an input is not read by what makes the stream: a mask, or how long a prefix is. */
  private boolean isAside(Boxes.Box box) {
    return box.kind() == Boxes.Kind.INPUT
        && edges.stream()
            .filter(edge -> edge.from().key().equals(box.key()))
            .allMatch(edge -> edge.to().kind() != Boxes.Kind.EMBED);
  }

  private int place(Boxes.Box box, int x, int y) {
    List<String> lines = Svg.wrapped(box.operations(), CHARACTERS);
    int high =
        switch (box.kind()) {
          case INPUT, OUTPUT, AGAIN -> 26;
          case SUM -> 24;
          default -> 30 + Svg.height(lines.size());
        };
    boolean sum = box.kind() == Boxes.Kind.SUM;
    Place place =
        sum
            ? new Place(box, x + WIDE / 2 - 40, y, 80, high, lines)
            : new Place(box, x, y, WIDE, high, lines);
    draw(place);
    return place.bottom();
  }

  private void draw(Place place) {
    Boxes.Box box = place.box();
    places.put(box.key(), place);
    String about =
        box.nodes().stream()
            .flatMap(node -> node.results().stream())
            .map(Node.Result::toString)
            .collect(Collectors.joining("\n"));
    String kind = box.kind().name().toLowerCase(java.util.Locale.ROOT);
    svg.box(kind, place.x(), place.y(), place.width(), place.height(), about);
    switch (box.kind()) {
      case SUM -> {
        String operations = box.nodes().size() > 1 ? "scale, add" : "+";
        svg.text("name", "middle", place.center(), place.y() + 17, operations);
      }
      case INPUT, OUTPUT, AGAIN ->
          svg.text("name", "middle", place.center(), place.y() + 17, box.name());
      default -> {
        svg.text("name", place.x() + 10, place.y() + 19, box.name());
        svg.lines("ops", place.x() + 10, place.y() + 36, place.lines());
      }
    }
  }

  /** The frame of a layer lies under its boxes, so its height is reckoned before they are drawn. */
  private void frame(String region, List<Boxes.Box> stack, int x, int y) {
    int high = HEADING;
    for (Boxes.Box box : stack)
      if (box.region().equals(region))
        high +=
            GAP
                + (box.kind() == Boxes.Kind.SUM
                    ? 24
                    : 30 + Svg.height(Svg.wrapped(box.operations(), CHARACTERS).size()));
    int left = x - MARGIN + 24;
    svg.group(left, y, MARGIN - 24 + WIDE + 12, high - GAP + 14);
    List<String> layers = boxes.layers(region);
    svg.text("name", x, y + 20, Sections.range(layers));
    if (layers.size() > 1) svg.badge(x + WIDE + 4, y + 6, "×" + layers.size());
  }

  // ---- lines

  private void lines() {
    List<Boxes.Edge> passing = new ArrayList<>();
    Set<String> labelled = new HashSet<>();
    for (Boxes.Edge edge : edges) {
      @Nullable Place from = places.get(edge.from().key()), to = places.get(edge.to().key());
      if (from == null || to == null) continue;
      boolean shared = from.box().kind() == Boxes.Kind.SHARED;
      boolean sharing = to.box().kind() == Boxes.Kind.SHARED;
      boolean apart = !edge.from().tower().equals(edge.to().tower());
      if (apart) across(edge, from, to, labelled);
      else if (sharing) gathered(from, to);
      else if (shared) rail(from, to);
      else if (isAside(from.box())) around(from, to);
      else if (isNext(from, to)) down(edge, from, to);
      else passing.add(edge);
    }
    passing(passing);
  }

  private boolean isNext(Place from, Place to) {
    boolean input = from.box().kind() == Boxes.Kind.INPUT;
    return places.values().stream()
        .filter(each -> each.box().tower().equals(from.box().tower()))
        .filter(each -> each.box().kind() != Boxes.Kind.SHARED)
        .filter(each -> each.box().kind() != Boxes.Kind.INPUT)
        .noneMatch(each ->
            each.y() > from.y()
                && each.y() < to.y()
                && each.x() < to.right()
                && (input || each.right() > from.x()));
  }

  private void down(Boxes.Edge edge, Place from, Place to) {
    boolean input = from.box().kind() == Boxes.Kind.INPUT;
    int x = input ? from.center() : to.center();
    svg.arrow(false, x, from.bottom(), x, to.y());
    svg.text("shape", x + 8, to.y() - 12, shape(edge.type()));
  }

  /** From an input, or what enters the layers, to what all layers share. */
  private void gathered(Place from, Place to) {
    if (from.x() >= to.x()) svg.arrow(true, to.center(), from.bottom(), to.center(), to.y());
    else if (from.bottom() < to.y()) {
      int turn = from.bottom() + 14, x = from.right() - 16, into = to.x() + 20;
      svg.arrow(true, x, from.bottom(), x, turn, into, turn, into, to.y());
    } else svg.arrow(true, from.right(), to.middle(), to.x(), to.middle());
  }

  /** From the shared box down a rail, and into what reads it. */
  private void rail(Place from, Place to) {
    int x = from.x() + 20;
    if (to.middle() > from.y() && to.middle() < from.bottom())
      svg.arrow(true, from.x(), to.middle(), to.right(), to.middle());
    else svg.arrow(true, x, from.bottom(), x, to.middle(), to.right(), to.middle());
  }

  /** From an input beside the tower past what all layers share. */
  private void around(Place from, Place to) {
    int x = from.right() + 12;
    svg.arrow(
        true,
        from.right(),
        from.middle(),
        x,
        from.middle(),
        x,
        to.middle(),
        to.right(),
        to.middle());
  }

  /**
   * Into another tower, between the two. Masks, which go along with what they mask, do not show.
   */
  private void across(Boxes.Edge edge, Place from, Place to, Set<String> labelled) {
    if (from.box().kind() == Boxes.Kind.SHARED || to.box().kind() == Boxes.Kind.SHARED) return;
    int turn = left(to) - MARGIN + 8;
    svg.arrow(
        false,
        from.right(),
        from.middle(),
        turn,
        from.middle(),
        turn,
        to.middle(),
        to.x(),
        to.middle());
    if (labelled.add(from.box().key() + " " + to.box().tower()))
      svg.text("shape", "end", turn - 8, from.middle() - 6, shape(edge.type()));
  }

  private int left(Place place) {
    return Objects.requireNonNull(left.get(place.box().tower()));
  }

  /** Past other boxes, on the left, each as near as others leave room. */
  private void passing(List<Boxes.Edge> edges) {
    record Taken(String tower, int lane, int from, int to) {}
    List<Taken> taken = new ArrayList<>();
    List<Boxes.Edge> sorted = new ArrayList<>(edges);
    sorted.sort(
        Comparator.comparingInt(edge -> place(edge.to()).middle() - place(edge.from()).middle()));
    for (Boxes.Edge edge : sorted) {
      Place from = place(edge.from()), to = place(edge.to());
      int start = from.bottom() - 6, end = to.middle(), lane = 0;
      for (boolean free = false; !free; ) {
        int tried = lane;
        free =
            taken.stream()
                .noneMatch(each ->
                    each.tower().equals(edge.to().tower())
                        && each.lane() == tried
                        && each.from() < end
                        && start < each.to());
        if (!free) lane++;
      }
      taken.add(new Taken(edge.to().tower(), lane, start, end));
      int lanes = left(to) - LANE * (lane + 1);
      svg.arrow(false, from.x(), start, lanes, start, lanes, end, to.x(), end);
    }
  }

  private Place place(Boxes.Box box) {
    return Objects.requireNonNull(places.get(box.key()));
  }

  private static String shape(Type type) {
    return type.dims().stream().map(Dim::toString).collect(Collectors.joining(", ", "(", ")"));
  }
}
