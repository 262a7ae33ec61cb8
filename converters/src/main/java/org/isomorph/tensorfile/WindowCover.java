package org.isomorph.tensorfile;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.isomorph.tensor.Shape;

/**
 * Whether windows cover a tensor, each element once.
 *
 * <p>A group of windows is parted wherever a straight cut through the tensor meets none of them,
 * axis by axis, until each is alone with the part that it has to fill. So a grid of any size takes
 * no longer than sorting it. What cannot be parted is compared window by window, if it is few.
 */
final class WindowCover {
  private static final int MOST_COMPARED = 1024;
  private static final int DEEPEST = 64;

  private WindowCover() {}

  /** What is wrong, or empty; all windows lie {@linkplain Window#within within} the shape. */
  static Optional<String> problem(Shape shape, List<Window> windows) {
    List<Window> filled = windows.stream().filter(each -> each.sizes().elements() > 0).toList();
    if (shape.elements() == 0) return Optional.empty();
    return problem(Window.whole(shape), filled, 0, 0, 0);
  }

  /**
   * As above, within a part of the tensor.
   *
   * @param axis the axis to cut across
   * @param uncut how many axes were tried in vain since the last cut
   */
  private static Optional<String> problem(
      Window part, List<Window> windows, int axis, int uncut, int depth) {
    if (windows.isEmpty()) return Optional.of("no chunk has " + part);
    int rank = part.sizes().rank();
    if (windows.size() == 1 || rank == 0) return alone(part, windows);
    if (uncut == rank || depth > DEEPEST) return compared(part, windows);
    List<Window> sorted = new ArrayList<>(windows);
    sorted.sort((a, b) -> Long.compare(a.begin(axis), b.begin(axis)));
    int next = (axis + 1) % rank;
    long reached = part.begin(axis);
    int parts = 0;
    for (int from = 0, to = 0; from < sorted.size(); from = to) {
      long begin = reached;
      if (sorted.get(from).begin(axis) > begin)
        return Optional.of("no chunk has " + cut(part, axis, begin, sorted.get(from).begin(axis)));
      for (; to < sorted.size() && (to == from || sorted.get(to).begin(axis) < reached); to++)
        reached = Math.max(reached, sorted.get(to).end(axis));
      boolean all = from == 0 && to == sorted.size();
      if (all && reached == part.end(axis)) break;
      Optional<String> problem =
          problem(cut(part, axis, begin, reached), sorted.subList(from, to), next, 0, depth + 1);
      if (problem.isPresent()) return problem;
      parts++;
    }
    if (parts == 0) return problem(part, windows, next, uncut + 1, depth);
    return reached == part.end(axis)
        ? Optional.empty()
        : Optional.of("no chunk has " + cut(part, axis, reached, part.end(axis)));
  }

  private static Window cut(Window part, int axis, long begin, long end) {
    List<Long> offsets = new ArrayList<>(part.offsets());
    offsets.set(axis, begin);
    return new Window(offsets, part.sizes().with(axis, end - begin));
  }

  private static Optional<String> alone(Window part, List<Window> windows) {
    if (windows.size() > 1) return overlap(windows.get(0), windows.get(1));
    return windows.getFirst().equals(part)
        ? Optional.empty()
        : Optional.of("of %s only %s is there".formatted(part, windows.getFirst()));
  }

  private static Optional<String> overlap(Window one, Window other) {
    return Optional.of("chunks %s and %s overlap".formatted(one, other));
  }

  private static Optional<String> compared(Window part, List<Window> windows) {
    if (windows.size() > MOST_COMPARED)
      return Optional.of(
          "%d chunks of %s overlap, or are arranged as no program does"
              .formatted(windows.size(), part));
    long elements = 0;
    for (int i = 0; i < windows.size(); i++) {
      elements = Math.addExact(elements, windows.get(i).sizes().elements());
      for (int j = 0; j < i; j++)
        if (windows.get(i).overlaps(windows.get(j))) return overlap(windows.get(j), windows.get(i));
    }
    return elements == part.sizes().elements()
        ? Optional.empty()
        : Optional.of(
            "chunks have %d of the %d elements of %s"
                .formatted(elements, part.sizes().elements(), part));
  }
}
