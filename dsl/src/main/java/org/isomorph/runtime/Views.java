package org.isomorph.runtime;

import java.util.List;
import java.util.Optional;
import org.isomorph.runtime.StoredWeight.Dim;
import org.isomorph.runtime.StoredWeight.Part;
import org.isomorph.tensor.Shape;

/** Whether stored elements can be used where they are. */
final class Views {
  private Views() {}

  /**
   * The strides that make the stored elements, in place, a tensor of the weight's shape. Empty if
   * there are none: the weight is in several parts, an axis is stored in pieces (interleaved
   * heads), or elements repeat or are not aligned.
   */
  static Optional<long[]> strides(StoredWeight weight) {
    if (weight.parts().size() != 1) return Optional.empty();
    Part part = weight.parts().getFirst();
    if (part.to() != 0 || part.offset() % weight.dtype().width() != 0) return Optional.empty();
    return strides(weight.shape(), part.dims());
  }

  private static Optional<long[]> strides(Shape shape, List<Dim> dims) {
    long[] dense = shape.strides();
    long[] strides = new long[shape.rank()];
    int number = 0;
    long left = 1; // what is left of the current dim for the axes to come
    Dim dim = new Dim(1, 1, 1);
    for (int axis = 0; axis < strides.length; axis++) {
      long extent = shape.dim(axis);
      strides[axis] = 1;
      if (extent == 1) continue;
      while (left == 1 && number < dims.size()) {
        dim = dims.get(number++);
        left = dim.extent();
      }
      if (left % extent != 0) return Optional.empty();
      left /= extent;
      if (dim.fromStride() == 0 || dim.toStride() * left != dense[axis]) return Optional.empty();
      strides[axis] = dim.fromStride() * left;
    }
    return left == 1 && number == dims.size() ? Optional.of(strides) : Optional.empty();
  }
}
