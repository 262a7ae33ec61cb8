package org.isomorph.layout;

import java.util.ArrayList;
import java.util.List;
import org.isomorph.layout.Box.Dim;

/**
 * The elements of one tensor that a box reads or writes, as a box from the tensor to itself.
 *
 * <p>Set operations on elements are compositions with such boxes.
 */
final class Region {
  private Region() {}

  /** The source elements of a box, each once. */
  static Box read(Box box) {
    List<Dim> dims = new ArrayList<>();
    for (Dim dim : box.dims())
      if (dim.fromStride() > 0) dims.add(new Dim(dim.extent(), dim.fromStride(), dim.fromStride()));
    return new Box(box.from(), box.from(), dims);
  }

  /** The target elements of a box. */
  static Box written(Box box) {
    List<Dim> dims = new ArrayList<>();
    for (Dim dim : box.dims()) dims.add(new Dim(dim.extent(), dim.toStride(), dim.toStride()));
    return new Box(box.to(), box.to(), dims);
  }

  /**
   * The elements 0 to {@code last}, inclusive, that are not in a region: at most dims + 2 boxes.
   */
  static List<Box> complement(Box region, long last) {
    List<Box> result = new ArrayList<>();
    if (region.to() > 0) result.add(Box.run(0, 0, region.to()));
    List<Dim> outer = new ArrayList<>();
    long span = region.lastTo() - region.to();
    for (Dim dim : region.dims()) {
      span -= (dim.extent() - 1) * dim.toStride(); // now that of the inner dims
      long gap = dim.toStride() - span - 1;
      if (gap > 0) {
        List<Dim> dims = new ArrayList<>(outer);
        dims.add(new Dim(dim.extent() - 1, dim.toStride(), dim.toStride()));
        dims.add(new Dim(gap, 1, 1));
        result.add(new Box(region.to() + span + 1, region.to() + span + 1, dims));
      }
      outer.add(dim);
    }
    if (region.lastTo() < last) {
      long behind = region.lastTo() + 1;
      result.add(Box.run(behind, behind, last - region.lastTo()));
    }
    result.sort((a, b) -> Long.compare(a.to(), b.to()));
    return result;
  }

  /** How many target elements of a box lie before an element. */
  static long writtenBelow(Box box, long element) {
    long rest = element - box.to();
    if (rest <= 0) return 0;
    long inner = box.elements();
    long count = 0;
    for (Dim dim : box.dims()) {
      inner /= dim.extent();
      // Strides nest, so a block ends before the next one begins.
      long blocks = Math.min(dim.extent(), rest / dim.toStride());
      count += blocks * inner;
      if (blocks == dim.extent()) return count;
      rest -= blocks * dim.toStride();
    }
    return rest > 0 ? count + 1 : count;
  }
}
