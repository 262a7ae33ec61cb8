package org.isomorph.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * The extents of a tensor's axes, outermost first; a scalar has none.
 *
 * <p>Extents are {@code long} and never negative, and their product fits a long: both are checked
 * here, once, so that code which has a shape may multiply freely.
 */
public final class Shape {
  private static final Shape SCALAR = new Shape(new long[0]);

  private final long[] extents;
  private final long elements;

  private Shape(long[] extents) {
    long product = 1;
    boolean empty = false;
    for (long extent : extents) {
      if (extent < 0)
        throw new IllegalArgumentException("negative extent in shape " + Arrays.toString(extents));
      empty |= extent == 0;
    }
    try {
      // A zero anywhere makes the tensor empty, whatever the other extents would multiply to.
      for (long extent : extents) product = empty ? 0 : Math.multiplyExact(product, extent);
    } catch (ArithmeticException overflow) {
      throw new IllegalArgumentException(
          "shape " + Arrays.toString(extents) + " has more elements than a long can count",
          overflow);
    }
    this.extents = extents;
    this.elements = product;
  }

  /**
   * The shape with these extents, outermost first.
   *
   * @throws IllegalArgumentException if an extent is negative or their product overflows a long
   */
  public static Shape of(long... extents) {
    return extents.length == 0 ? SCALAR : new Shape(extents.clone());
  }

  /** As {@link #of(long...)}. */
  public static Shape of(List<Long> extents) {
    long[] all = new long[extents.size()];
    for (int axis = 0; axis < all.length; axis++) all[axis] = extents.get(axis);
    return of(all);
  }

  /** The number of axes. */
  public int rank() {
    return extents.length;
  }

  /** The extent of an axis; axis -1 is the last. */
  public long dim(int axis) {
    return extents[axis < 0 ? axis + extents.length : axis];
  }

  /** All extents, outermost first, as a copy. */
  public long[] dims() {
    return extents.clone();
  }

  /** All extents as a stream, outermost first. */
  public LongStream stream() {
    return Arrays.stream(extents);
  }

  /** The product of all extents: 1 for a scalar. */
  public long elements() {
    return elements;
  }

  /** This shape with one extent replaced. */
  public Shape with(int axis, long extent) {
    long[] changed = extents.clone();
    changed[axis < 0 ? axis + extents.length : axis] = extent;
    return of(changed);
  }

  /**
   * The distance, in elements, between neighbours along each axis of a dense row-major tensor of
   * this shape.
   */
  public long[] strides() {
    long[] strides = new long[extents.length];
    long stride = 1;
    for (int axis = extents.length - 1; axis >= 0; axis--) {
      strides[axis] = stride;
      // An empty tensor has no neighbours; its strides are never used, so they may not overflow
      // either.
      stride = elements == 0 ? 0 : stride * extents[axis];
    }
    return strides;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape that && Arrays.equals(extents, that.extents);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(extents);
  }

  /** Extents in brackets, as the field writes them: {@code [32000, 4096]}. */
  @Override
  public String toString() {
    return Arrays.stream(extents)
        .mapToObj(Long::toString)
        .collect(Collectors.joining(", ", "[", "]"));
  }
}
