package org.isomorph.spec;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What two models do not have in common, point by point.
 *
 * <p>Records of one kind are compared component by component, others as wholes; towers are matched
 * by name, layers by index, mixers by the names that their parameters have. Layers that differ
 * alike are told once. Names of models do not count.
 */
public final class SpecDiff {
  /** A place in both models: its path, and how people call it. */
  private record Place(String path, String words) {
    Place part(String component) {
      String name = component.replaceFirst("^is([A-Z])", "$1");
      String plain = Character.toLowerCase(name.charAt(0)) + name.substring(1);
      return new Place(path + "." + plain, words + " " + Words.part(component));
    }
  }

  /** What differs at a place below a block, without the layers it is found in. */
  private record Point(Place place, @Nullable Object left, @Nullable Object right) {}

  private static final ClassValue<RecordComponent[]> COMPONENTS =
      new ClassValue<>() {
        @Override
        protected RecordComponent[] computeValue(Class<?> type) {
          return type.getRecordComponents();
        }
      };

  private final Model left;
  private final Model right;
  private final String one;
  private final String other;
  private final List<Difference> differences = new ArrayList<>();

  private SpecDiff(Model left, Model right, String one, String other) {
    this.left = left;
    this.right = right;
    this.one = one;
    this.other = other;
  }

  /** All differences, in the order of computation; none where the models compute the same alike. */
  public static List<Difference> between(Model left, Model right) {
    return between(left, right, "one", "the other");
  }

  /** As {@link #between(Model, Model)}, with sentences that call the models by these names. */
  public static List<Difference> between(Model left, Model right, String one, String other) {
    SpecDiff diff = new SpecDiff(left, right, one, other);
    diff.models();
    return List.copyOf(diff.differences);
  }

  /**
   * Whether two models compute the same: exactly where {@link #between(Model, Model)} has no
   * difference that changes the function, but told without looking for words.
   */
  public static boolean computeAlike(Model left, Model right) {
    if (!towers(left).equals(towers(right)) || !heads(left).equals(heads(right))) return false;
    for (Role role : Role.values())
      if ((left.computesWith(role) || right.computesWith(role))
          && !left.ids(role).equals(right.ids(role))) return false;
    return true;
  }

  private static Map<String, Tower> towers(Model model) {
    Map<String, Tower> towers = new LinkedHashMap<>();
    for (Tower tower : model.towers()) towers.put(tower.name(), tower);
    return towers;
  }

  private void models() {
    if (left.towers().size() == 1 && right.towers().size() == 1) {
      Tower a = left.last(), b = right.last();
      if (!a.name().equals(b.name()))
        add(new Point(new Place("tower", "the only tower"), a.name(), b.name()));
      towers(a, b);
    } else
      for (String name : names(left, right)) {
        Optional<Tower> a = left.tower(name), b = right.tower(name);
        if (a.isPresent() && b.isPresent()) towers(a.get(), b.get());
        else add(new Point(new Place(name, "tower " + name), size(a), size(b)));
      }
    heads();
    for (Role role : Role.values())
      add(
          role.name().toLowerCase(java.util.Locale.ROOT),
          "token role " + role,
          left.ids(role),
          right.ids(role),
          left.computesWith(role) || right.computesWith(role));
    add("context", "context length", known(left.context()), known(right.context()), false);
  }

  private static Set<String> names(Model left, Model right) {
    Set<String> names = new LinkedHashSet<>();
    Stream.of(left, right)
        .flatMap(model -> model.towers().stream())
        .map(Tower::name)
        .forEach(names::add);
    return names;
  }

  private static @Nullable Object size(Optional<Tower> tower) {
    return tower.map(some -> some.depth() + " layers, " + some.dim() + " wide").orElse(null);
  }

  private static @Nullable Object known(long context) {
    return context == 0 ? null : context;
  }

  private void towers(Tower a, Tower b) {
    Place tower = new Place(a.name(), a.name());
    tell(tower.part("dim"), a.dim(), b.dim());
    tell(tower.part("mask"), a.mask(), b.mask());
    String prefix = Parameters.inputPrefix(left, a);
    tell(new Place(prefix + "embed", prefix.replace('.', ' ') + "input"), a.input(), b.input());
    tell(tower.part("cache"), a.cache(), b.cache());
    tell(tower.part("layers"), a.depth(), b.depth());
    layers(a, b);
    tell(new Place(a.name() + ".norm", a.name() + " final norm"), a.norm(), b.norm());
  }

  /** Compares each pair of runs that overlap once, then joins the layers that differ alike. */
  private void layers(Tower a, Tower b) {
    Map<Point, LayerRanges> found = new LinkedHashMap<>();
    long layer = 0, endA = 0, endB = 0;
    int nextA = 0, nextB = 0;
    long depth = Math.min(a.depth(), b.depth());
    while (layer < depth) {
      if (layer == endA) endA += a.runs().get(nextA++).count();
      if (layer == endB) endB += b.runs().get(nextB++).count();
      long end = Math.min(endA, endB);
      for (Point point : blocks(a.runs().get(nextA - 1).block(), b.runs().get(nextB - 1).block()))
        found.computeIfAbsent(point, _ -> new LayerRanges()).add(layer, end - 1);
      layer = end;
    }
    found.forEach((point, ranges) -> {
      Place place = point.place();
      add(
          new Point(
              new Place(
                  a.name() + "." + ranges.path() + place.path(),
                  a.name() + " " + ranges.words() + "," + place.words()),
              point.left(),
              point.right()));
    });
  }

  private static List<Point> blocks(Block a, Block b) {
    List<Point> points = new ArrayList<>();
    if (a.equals(b)) return points;
    Place block = new Place("", "");
    points(points, block.part("residuals"), residuals(a), residuals(b));
    Map<String, Slot> ours = slots(a), theirs = slots(b);
    Set<String> names = new LinkedHashSet<>(ours.keySet());
    names.addAll(theirs.keySet());
    for (String name : names) {
      Slot x = ours.get(name), y = theirs.get(name);
      Place mixer = block.part(name);
      if (x == null || y == null) {
        points.add(new Point(mixer, x == null ? null : x.mixer(), y == null ? null : y.mixer()));
        continue;
      }
      points(points, mixer.part("placement"), x.placement(), y.placement());
      points(points, mixer.part("norm"), x.norm(), y.norm());
      points(points, mixer, x.mixer(), y.mixer());
    }
    return points;
  }

  /** A mixer with what stands around it. */
  private record Slot(Placement placement, Norm norm, Mixer mixer) {}

  private static Map<String, Slot> slots(Block block) {
    Map<String, Slot> slots = new LinkedHashMap<>();
    List<String> names = Parameters.mixerNames(block);
    for (Residual residual : block.residuals())
      for (Branch branch : residual.branches())
        slots.put(
            names.get(slots.size()), new Slot(residual.placement(), branch.norm(), branch.mixer()));
    return slots;
  }

  /** {@code attn, ffn} for one after the other, {@code attn + ffn} for a parallel block. */
  private static String residuals(Block block) {
    List<String> names = Parameters.mixerNames(block);
    List<String> residuals = new ArrayList<>();
    int next = 0;
    for (Residual residual : block.residuals()) {
      int end = next + residual.branches().size();
      residuals.add(String.join(" + ", names.subList(next, end)));
      next = end;
    }
    return String.join(", ", residuals);
  }

  private void heads() {
    Map<String, Head> ours = heads(left), theirs = heads(right);
    Set<String> names = new LinkedHashSet<>(ours.keySet());
    names.addAll(theirs.keySet());
    for (String name : names)
      tell(new Place(name, Words.part(name)), ours.get(name), theirs.get(name));
  }

  private static Map<String, Head> heads(Model model) {
    Map<String, Head> heads = new LinkedHashMap<>();
    for (Head head : model.heads()) heads.put(head.label(), head);
    return heads;
  }

  // ---- values

  private void tell(Place place, @Nullable Object a, @Nullable Object b) {
    List<Point> points = new ArrayList<>();
    points(points, place, a, b);
    points.forEach(this::add);
  }

  private static void points(
      List<Point> points, Place place, @Nullable Object maybeA, @Nullable Object maybeB) {
    Object a = Words.present(maybeA), b = Words.present(maybeB);
    if (java.util.Objects.equals(a, b)) return;
    if (a instanceof Block ours && b instanceof Block theirs) {
      for (Point point : blocks(ours, theirs))
        points.add(
            new Point(
                new Place(
                    place.path() + point.place().path(),
                    place.words() + "," + point.place().words()),
                point.left(),
                point.right()));
    } else if (a instanceof Record ours
        && b instanceof Record theirs
        && ours.getClass() == theirs.getClass())
      for (RecordComponent component : COMPONENTS.get(ours.getClass())) {
        if (isUsual(component.getName(), ours) && isUsual(component.getName(), theirs)) continue;
        points(
            points, place.part(component.getName()), get(component, ours), get(component, theirs));
      }
    else points.add(new Point(place, a, b));
  }

  /** Whether a component only follows from others, which are told themselves. */
  private static boolean isUsual(String component, Record record) {
    return switch (record) {
      case Heads heads when component.equals("scale") -> heads.isUsuallyScaled();
      case Latent latent when component.equals("scale") -> latent.isUsuallyScaled();
      default -> false;
    };
  }

  private static @Nullable Object get(RecordComponent component, Record record) {
    try {
      return component.getAccessor().invoke(record);
    } catch (ReflectiveOperationException impossible) {
      throw new LinkageError("a description's records are public", impossible);
    }
  }

  private void add(Point point) {
    Place place = point.place();
    add(place.path(), place.words(), point.left(), point.right(), true);
  }

  private void add(
      String path, String words, @Nullable Object a, @Nullable Object b, boolean changesFunction) {
    if (java.util.Objects.equals(a, b)) return;
    String sentence =
        words + ": " + Words.value(a) + " in " + one + ", " + Words.value(b) + " in " + other;
    differences.add(new Difference(path, Words.code(a), Words.code(b), sentence, changesFunction));
  }
}
