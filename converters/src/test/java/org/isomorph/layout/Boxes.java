package org.isomorph.layout;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Random boxes with strides that nest, but need not divide each other. */
final class Boxes {
  private Boxes() {}

  /** Boxes of up to four dims; some repeat. */
  static Arbitrary<Box> any() {
    return injective()
        .flatMap(box ->
            Arbitraries.subsetOf(box.dims())
                .map(still ->
                    new Box(
                        box.from(),
                        box.to(),
                        box.dims().stream()
                            .map(dim ->
                                still.contains(dim)
                                    ? new Box.Dim(dim.extent(), 0, dim.toStride())
                                    : dim)
                            .toList())));
  }

  /** Boxes of up to four dims, in any order on the source's side, that do not repeat. */
  static Arbitrary<Box> injective() {
    return Arbitraries.integers()
        .between(0, 4)
        .flatMap(rank ->
            Combinators.combine(
                    Arbitraries.longs().between(0, 12),
                    Arbitraries.longs().between(0, 12),
                    Arbitraries.longs().between(1, 5).list().ofSize(rank),
                    Arbitraries.longs().between(1, 6).list().ofSize(rank),
                    Arbitraries.longs().between(1, 6).list().ofSize(rank),
                    order(rank))
                .as(Boxes::nested));
  }

  private static Arbitrary<List<Integer>> order(int rank) {
    List<Integer> axes = new ArrayList<>();
    for (int axis = 0; axis < rank; axis++) axes.add(axis);
    return Arbitraries.shuffle(axes);
  }

  /** Slack 1 makes a dim continue where the inner ones end; more leaves holes or odd strides. */
  private static Box nested(
      long from,
      long to,
      List<Long> extents,
      List<Long> fromSlack,
      List<Long> toSlack,
      List<Integer> fromOrder) {
    long[] fromStrides = new long[extents.size()];
    long[] toStrides = new long[extents.size()];
    long fromSpan = 0;
    long toSpan = 0;
    for (int k = 0; k < extents.size(); k++) {
      int axis = fromOrder.get(k);
      fromStrides[axis] = fromSpan + Math.max(1, fromSlack.get(axis) - 2);
      fromSpan += (extents.get(axis) - 1) * fromStrides[axis];
      toStrides[k] = toSpan + Math.max(1, toSlack.get(k) - 2);
      toSpan += (extents.get(k) - 1) * toStrides[k];
    }
    List<Box.Dim> dims = new ArrayList<>();
    for (int k = 0; k < extents.size(); k++)
      dims.add(new Box.Dim(extents.get(k), fromStrides[k], toStrides[k]));
    return new Box(from, to, dims);
  }
}
