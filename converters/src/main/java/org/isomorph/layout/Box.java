package org.isomorph.layout;

import static java.lang.Math.addExact;
import static java.lang.Math.multiplyExact;

import java.util.ArrayList;
import java.util.List;
import org.isomorph.tensor.Shape;

/**
 * An affine map from a box of indices into two tensors: for all {@code 0 <= i[k] < dims[k].extent},
 * element {@code from + sum i[k] * dims[k].fromStride} of the source is element {@code to + sum
 * i[k] * dims[k].toStride} of the target.
 *
 * <p>Everything that checkpoints do to a weight without changing its numbers (cutting, gluing,
 * transposing, interleaving heads, stacking experts) is a few such boxes, so code that moves bytes
 * needs to know nothing else. All offsets, extents and strides count elements of dense row-major
 * tensors.
 *
 * <p>No target element is reached twice. A source stride may be 0, which feeds one source element
 * to several target elements. Otherwise strides nest on both sides: each is larger than the
 * distance that all smaller ones together can span, as the strides of a row-major tensor are.
 *
 * <p>The constructor canonicalises, so that two boxes are equal exactly if they map the same
 * elements to the same elements: dims are ordered by falling target stride, those of extent 1 are
 * dropped, and neighbours that step on as one are made one.
 *
 * <table>
 *   <caption>Boxes into a target of shape [2, 3], stored as 0 1 2 / 3 4 5</caption>
 *   <tr><th>box</th><th>target elements 0, 1, 2, 3, 4, 5 come from source elements</th></tr>
 *   <tr><td>{@code 0 -> 0 (6: 1 -> 1)}</td><td>0, 1, 2, 3, 4, 5: a copy</td></tr>
 *   <tr><td>{@code 0 -> 0 (2: 1 -> 3) (3: 2 -> 1)}</td><td>0, 2, 4, 1, 3, 5: a transpose</td></tr>
 *   <tr><td>{@code 0 -> 0 (2: 0 -> 3) (3: 1 -> 1)}</td><td>0, 1, 2, 0, 1, 2: a repeat</td></tr>
 *   <tr><td>{@code 7 -> 1 (2: 1 -> 3)}</td><td>-, 7, -, -, 8, -: a column</td></tr>
 * </table>
 *
 * @param from the source element of index 0
 * @param to the target element of index 0
 * @param dims the box's dims, outermost (largest target stride) first
 */
public record Box(long from, long to, List<Dim> dims) {

  /**
   * One dim of a box: so many steps, each so far in the source and so far in the target.
   *
   * @param extent the number of indices, at least 1
   * @param fromStride source elements per step, 0 or more
   * @param toStride target elements per step, 1 or more unless the extent is 1
   */
  public record Dim(long extent, long fromStride, long toStride) {
    public Dim {
      if (extent < 1 || fromStride < 0 || toStride < 0 || (extent > 1 && toStride == 0))
        throw new IllegalArgumentException(
            "a box cannot have a dim of extent %d that steps %d in the source and %d in the target"
                .formatted(extent, fromStride, toStride));
    }

    @Override
    public String toString() {
      return "(" + extent + ": " + fromStride + " -> " + toStride + ")";
    }
  }

  /**
   * Canonicalises the dims.
   *
   * @throws IllegalArgumentException if an offset is negative, strides do not nest, or an element
   *     index does not fit a long
   */
  public Box {
    if (from < 0 || to < 0)
      throw new IllegalArgumentException("negative offset in box: %d -> %d".formatted(from, to));
    List<Dim> canonical = coalesced(dims);
    if (!nest(canonical))
      throw new IllegalArgumentException("strides of a box do not nest: " + dims);
    dims = canonical;
    addExact(from, fromSpan(dims));
    addExact(to, toSpan(dims));
  }

  /** {@code length} neighbouring elements, copied in order; {@code length} is at least 1. */
  public static Box run(long from, long to, long length) {
    return new Box(from, to, List.of(new Dim(length, 1, 1)));
  }

  /**
   * A box with one dim for each axis of a region.
   *
   * @param region the region's extents, none of them 0
   * @param fromStrides the source's stride along each axis, in elements
   * @param toStrides the target's stride along each axis, in elements
   */
  public static Box over(Shape region, long from, long[] fromStrides, long to, long[] toStrides) {
    List<Dim> dims = new ArrayList<>();
    for (int axis = 0; axis < region.rank(); axis++)
      dims.add(new Dim(region.dim(axis), fromStrides[axis], toStrides[axis]));
    return new Box(from, to, dims);
  }

  /**
   * A dense tensor as a window of a larger one: from the window's elements to the whole's.
   *
   * @param whole the larger tensor's shape
   * @param offsets where the window begins along each axis
   * @param window the window's shape, with no extent 0
   * @throws IllegalArgumentException if the window does not lie within the whole
   */
  public static Box window(Shape whole, long[] offsets, Shape window) {
    boolean inside = whole.rank() == offsets.length && whole.rank() == window.rank();
    long to = 0;
    long[] strides = whole.strides();
    for (int axis = 0; inside && axis < offsets.length; axis++) {
      inside = offsets[axis] >= 0 && offsets[axis] <= whole.dim(axis) - window.dim(axis);
      to += offsets[axis] * strides[axis];
    }
    if (!inside)
      throw new IllegalArgumentException(
          "window %s at %s does not lie within %s".formatted(window, Shape.of(offsets), whole));
    return over(window, 0, window.strides(), to, strides);
  }

  /** The number of target elements: the product of the extents. */
  public long elements() {
    long product = 1;
    for (Dim dim : dims) product = multiplyExact(product, dim.extent);
    return product;
  }

  /** The last source element that the box reads. */
  public long lastFrom() {
    return from + fromSpan(dims);
  }

  /** The last target element that the box writes. */
  public long lastTo() {
    return to + toSpan(dims);
  }

  /**
   * The length of the runs, in elements, that are contiguous in source and target alike: what one
   * transfer can move. 1 where neighbours in the target are not neighbours in the source.
   */
  public long contiguousRun() {
    Dim last = dims.isEmpty() ? new Dim(1, 1, 1) : dims.getLast();
    return last.fromStride == 1 && last.toStride == 1 ? last.extent : 1;
  }

  /** Whether the box is one run, contiguous in source and target. */
  public boolean isRun() {
    return dims.isEmpty() || (dims.size() == 1 && contiguousRun() == dims.getFirst().extent);
  }

  /** Whether some source element feeds several target elements. */
  public boolean repeats() {
    return dims.stream().anyMatch(dim -> dim.fromStride == 0);
  }

  /**
   * The same elements, the other way round.
   *
   * @throws IllegalStateException if the box {@linkplain #repeats() repeats}: {@link
   *     Mapping#inverse} can choose among the copies
   */
  public Box inverse() {
    if (repeats())
      throw new IllegalStateException(
          "box " + this + " feeds an element to several places, so it has no inverse");
    return new Box(
        to,
        from,
        dims.stream().map(dim -> new Dim(dim.extent, dim.toStride, dim.fromStride)).toList());
  }

  /** This box with both tensors' elements renumbered by adding these amounts. */
  public Box shifted(long fromShift, long toShift) {
    return new Box(addExact(from, fromShift), addExact(to, toShift), dims);
  }

  /** Offsets, then each dim: {@code 0 -> 0 (2: 1 -> 3) (3: 2 -> 1)}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder().append(from).append(" -> ").append(to);
    for (Dim dim : dims) text.append(' ').append(dim);
    return text.toString();
  }

  /** Whether a box may have these dims, which are ordered by falling target stride. */
  static boolean nest(List<Dim> dims) {
    long span = 0;
    for (int k = dims.size() - 1; k >= 0; k--) {
      if (dims.get(k).toStride <= span) return false;
      span = addExact(span, multiplyExact(dims.get(k).extent - 1, dims.get(k).toStride));
    }
    if (dims.size() < 2) return true;
    List<Dim> moving = new ArrayList<>(dims);
    moving.removeIf(dim -> dim.fromStride == 0);
    moving.sort((a, b) -> Long.compare(a.fromStride, b.fromStride));
    span = 0;
    for (Dim dim : moving) {
      if (dim.fromStride <= span) return false;
      span = addExact(span, multiplyExact(dim.extent - 1, dim.fromStride));
    }
    return true;
  }

  /** The canonical form of dims in any order. */
  static List<Dim> coalesced(List<Dim> dims) {
    List<Dim> sorted = new ArrayList<>(dims);
    sorted.removeIf(dim -> dim.extent == 1);
    if (sorted.size() > 1) sorted.sort((a, b) -> Long.compare(b.toStride, a.toStride));
    List<Dim> result = new ArrayList<>(sorted.size());
    for (Dim inner : sorted) {
      Dim outer = result.isEmpty() ? null : result.getLast();
      if (outer != null
          && outer.fromStride == multiplyExact(inner.extent, inner.fromStride)
          && outer.toStride == multiplyExact(inner.extent, inner.toStride)) {
        result.removeLast();
        inner =
            new Dim(multiplyExact(outer.extent, inner.extent), inner.fromStride, inner.toStride);
      }
      result.add(inner);
    }
    return List.copyOf(result);
  }

  private static long fromSpan(List<Dim> dims) {
    long span = 0;
    for (Dim dim : dims) span = addExact(span, multiplyExact(dim.extent - 1, dim.fromStride));
    return span;
  }

  private static long toSpan(List<Dim> dims) {
    long span = 0;
    for (Dim dim : dims) span = addExact(span, multiplyExact(dim.extent - 1, dim.toStride));
    return span;
  }
}
