package org.isomorph.convert;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Several transforms one after another, in float64: what comes out is rounded once. */
record Composed(List<Transform> transforms) implements Transform {
  Composed {
    transforms = List.copyOf(transforms);
  }

  /** {@code next} of what {@code first} gives. */
  static Transform of(Transform first, Transform next) {
    return new Composed(Stream.concat(parts(first), parts(next)).toList());
  }

  private static Stream<Transform> parts(Transform transform) {
    return transform instanceof Composed composed
        ? composed.transforms().stream()
        : Stream.of(transform);
  }

  @Override
  public Need need() {
    return transforms.stream().anyMatch(each -> each.need() == Need.ROWS)
        ? Need.ROWS
        : Need.ELEMENTS;
  }

  @Override
  public void apply(double[] tile, long first, int rows, int columns) {
    for (Transform transform : transforms) transform.apply(tile, first, rows, columns);
  }

  @Override
  public String rounding() {
    return transforms.stream().map(Transform::rounding).collect(Collectors.joining(", then "));
  }
}
