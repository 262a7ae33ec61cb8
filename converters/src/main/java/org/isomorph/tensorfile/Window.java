package org.isomorph.tensorfile;

import java.util.List;
import org.isomorph.tensor.Shape;

/**
 * A part of a tensor: a run of indices along each axis.
 *
 * @param offsets the first index along each axis
 * @param sizes how many indices along each axis
 */
public record Window(List<Long> offsets, Shape sizes) {
  /** Checks that there are as many offsets as sizes, none negative, and that ends are longs. */
  public Window {
    offsets = List.copyOf(offsets);
    if (offsets.size() != sizes.rank())
      throw new IllegalArgumentException(
          "expected an offset for each of %d axes, found %s".formatted(sizes.rank(), offsets));
    for (int axis = 0; axis < sizes.rank(); axis++)
      if (offsets.get(axis) < 0 || offsets.get(axis) > Long.MAX_VALUE - sizes.dim(axis))
        throw new IllegalArgumentException("not a place for %s: %s".formatted(sizes, offsets));
  }

  /** All of a tensor. */
  public static Window whole(Shape shape) {
    return new Window(shape.stream().map(_ -> 0).boxed().toList(), shape);
  }

  /** The first index along an axis. */
  public long begin(int axis) {
    return offsets.get(axis);
  }

  /** The index behind the last one along an axis. */
  public long end(int axis) {
    return offsets.get(axis) + sizes.dim(axis);
  }

  /** Whether all of it lies in a tensor of this shape. */
  public boolean within(Shape shape) {
    if (shape.rank() != sizes.rank()) return false;
    for (int axis = 0; axis < shape.rank(); axis++) if (end(axis) > shape.dim(axis)) return false;
    return true;
  }

  /** Whether there are elements that both have. */
  public boolean overlaps(Window other) {
    for (int axis = 0; axis < sizes.rank(); axis++)
      if (begin(axis) >= other.end(axis) || other.begin(axis) >= end(axis)) return false;
    return sizes.elements() > 0 && other.sizes.elements() > 0;
  }

  /** As Python slices: {@code [0:2, 64:128]}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("[");
    for (int axis = 0; axis < sizes.rank(); axis++)
      text.append(axis == 0 ? "" : ", ").append(begin(axis)).append(':').append(end(axis));
    return text.append(']').toString();
  }
}
