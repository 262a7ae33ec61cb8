package org.isomorph.layout;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.isomorph.layout.Box.Dim;
import org.jspecify.annotations.Nullable;

/**
 * Fewer boxes for the same elements: boxes at equal distances become one more dim, and a box that
 * takes up where another ends makes that one longer.
 *
 * <p>What is cut and put together again (a concatenation of parts, a composition with blocks) is
 * thereby whole again, so that long runs stay long. Every step fuses two disjoint boxes into one
 * that writes exactly their elements, so elements that are written twice remain to be found.
 */
final class Fusion {
  private Fusion() {}

  /** Pieces fused per pair of tensors, ordered by target's first appearance, then position. */
  static <S, T> List<Piece<S, T>> fuse(List<Piece<S, T>> pieces) {
    if (oneEach(pieces)) return List.copyOf(pieces);
    Map<T, Map<S, List<Box>>> groups = new LinkedHashMap<>();
    for (Piece<S, T> piece : pieces)
      groups
          .computeIfAbsent(piece.target(), _ -> new LinkedHashMap<>())
          .computeIfAbsent(piece.source(), _ -> new ArrayList<>())
          .add(piece.box());
    List<Piece<S, T>> result = new ArrayList<>();
    groups.forEach((target, sources) -> {
      List<Piece<S, T>> ofTarget = new ArrayList<>();
      sources.forEach((source, boxes) -> {
        for (Box box : fuseBoxes(boxes)) ofTarget.add(new Piece<>(source, target, box));
      });
      ofTarget.sort((a, b) -> Long.compare(a.box().to(), b.box().to()));
      result.addAll(ofTarget);
    });
    return List.copyOf(result);
  }

  /** Whether no two pieces have the same target: then there is nothing to fuse or to order. */
  private static <S, T> boolean oneEach(List<Piece<S, T>> pieces) {
    if (pieces.size() < 2) return true;
    Set<T> targets = HashSet.newHashSet(pieces.size());
    for (Piece<S, T> piece : pieces) if (!targets.add(piece.target())) return false;
    return true;
  }

  /** Boxes between the same two tensors, ordered by position in the target. */
  static List<Box> fuseBoxes(List<Box> boxes) {
    if (boxes.size() < 2) return boxes;
    List<Box> current = sorted(boxes);
    int before;
    do {
      before = current.size();
      // Lengthening goes first: long runs are worth more than few boxes.
      current = sorted(lengthen(current));
      if (current.size() == before) current = repeatEvenly(current);
    } while (current.size() < before);
    return current;
  }

  /** Boxes of equal dims at equal distances, as one box with one more dim. */
  private static List<Box> repeatEvenly(List<Box> boxes) {
    Map<List<Dim>, List<Box>> alike = new LinkedHashMap<>();
    for (Box box : boxes) alike.computeIfAbsent(box.dims(), _ -> new ArrayList<>()).add(box);
    List<Box> result = new ArrayList<>();
    for (List<Box> group : alike.values()) {
      int begin = 0;
      while (begin < group.size()) {
        int end = endOfRun(group, begin);
        Box first = group.get(begin);
        Box fused =
            end - begin < 2
                ? first
                : withDim(first, end - begin, step(first, group.get(begin + 1)));
        if (fused == null) {
          fused = first;
          end = begin + 1;
        }
        result.add(fused);
        begin = end;
      }
    }
    return sorted(result);
  }

  /**
   * Where the boxes from {@code begin} on, which have equal dims, cease to be equally far apart.
   */
  private static int endOfRun(List<Box> group, int begin) {
    int end = begin + 1;
    while (end < group.size()
        && step(group.get(end - 1), group.get(end))
            .equals(step(group.get(begin), group.get(begin + 1)))) end++;
    return end;
  }

  private record Distance(long from, long to) {}

  private static Distance step(Box box, Box next) {
    return new Distance(next.from() - box.from(), next.to() - box.to());
  }

  /** A box repeated at a distance, or null if that is no box. */
  private static @Nullable Box withDim(Box box, long extent, Distance distance) {
    if (distance.from < 0 || distance.to <= 0) return null;
    List<Dim> dims = new ArrayList<>(box.dims());
    dims.add(new Dim(extent, distance.from, distance.to));
    return boxOrNull(box, dims);
  }

  /** A box that goes on where another one ends, in one dim, is added to that. */
  private static List<Box> lengthen(List<Box> boxes) {
    List<Box> result = new ArrayList<>();
    Map<Point, List<Integer>> starts = new HashMap<>();
    Map<Point, List<Integer>> ends = new HashMap<>(); // by the point after the last, in each dim
    for (Box box : boxes) {
      int slot = result.size();
      Box longer = null;
      for (int candidate : before(box, starts, ends)) {
        longer = joined(result.get(candidate), box);
        slot = longer == null ? slot : candidate;
        if (longer != null) break;
      }
      Box kept = longer == null ? box : longer;
      if (longer == null) result.add(kept);
      else result.set(slot, kept);
      starts.computeIfAbsent(Point.of(kept, -1, 0), _ -> new ArrayList<>()).add(slot);
      for (int k = 0; k < kept.dims().size(); k++)
        ends.computeIfAbsent(Point.of(kept, k, kept.dims().get(k).extent()), _ -> new ArrayList<>())
            .add(slot);
    }
    return result;
  }

  /** Boxes that this one may go on from: they end where it starts, or start a step before it. */
  private static List<Integer> before(
      Box box, Map<Point, List<Integer>> starts, Map<Point, List<Integer>> ends) {
    List<Integer> candidates = new ArrayList<>(ends.getOrDefault(Point.of(box, -1, 0), List.of()));
    for (int k = 0; k < box.dims().size(); k++)
      candidates.addAll(starts.getOrDefault(Point.of(box, k, -1), List.of()));
    return candidates;
  }

  private record Point(long from, long to) {
    /** Where a box starts, moved by so many steps of a dim. */
    static Point of(Box box, int dim, long steps) {
      if (steps == 0) return new Point(box.from(), box.to());
      Dim along = box.dims().get(dim);
      return new Point(
          box.from() + steps * along.fromStride(), box.to() + steps * along.toStride());
    }
  }

  private static @Nullable Box joined(Box a, Box b) {
    int sizes = a.dims().size() - b.dims().size();
    if (Math.abs(sizes) > 1) return null;
    List<Dim> longer = sizes >= 0 ? a.dims() : b.dims();
    for (int k = 0; k < longer.size(); k++) {
      Dim dim = longer.get(k);
      long ofA = sizes >= 0 ? dim.extent() : 1;
      long ofB = sizes == 0 ? b.dims().get(k).extent() : sizes > 0 ? 1 : dim.extent();
      Dim sum = new Dim(Math.addExact(ofA, ofB), dim.fromStride(), dim.toStride());
      if (!withExtent(a, longer, k, ofA) || !withExtent(b, longer, k, ofB)) continue;
      if (!step(a, b).equals(new Distance(ofA * dim.fromStride(), ofA * dim.toStride()))) continue;
      List<Dim> dims = new ArrayList<>(longer);
      dims.set(k, sum);
      return boxOrNull(a, dims);
    }
    return null;
  }

  /** Whether a box has these dims, but for the extent of one. */
  private static boolean withExtent(Box box, List<Dim> dims, int k, long extent) {
    List<Dim> expected = new ArrayList<>(dims);
    if (extent == 1) expected.remove(k);
    else expected.set(k, new Dim(extent, dims.get(k).fromStride(), dims.get(k).toStride()));
    return box.dims().equals(expected);
  }

  private static @Nullable Box boxOrNull(Box at, List<Dim> dims) {
    return Box.nest(Box.coalesced(dims)) ? new Box(at.from(), at.to(), dims) : null;
  }

  private static List<Box> sorted(List<Box> boxes) {
    return boxes.stream().sorted((a, b) -> Long.compare(a.to(), b.to())).toList();
  }
}
