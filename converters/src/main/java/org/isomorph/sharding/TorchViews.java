package org.isomorph.sharding;

import org.isomorph.layout.Box;
import org.isomorph.tensor.Shape;
import org.isomorph.tensorfile.TensorFileException;
import org.isomorph.tensorfile.TorchTensor;

/** A torch tensor's elements as a box over those of its storage. */
public final class TorchViews {
  private TorchViews() {}

  /**
   * From the storage's elements to the tensor's; a stride of 0 repeats an element. The tensor is
   * not empty.
   *
   * @throws TensorFileException if the strides do not nest, as those of windows that overlap
   */
  public static Box box(TorchTensor view) {
    return box(view, view.shape(), new long[view.shape().rank()]);
  }

  /**
   * As above, for a tensor that is a window of a larger one.
   *
   * @param whole the larger tensor's shape
   * @param offsets where the window begins along each axis
   */
  public static Box box(TorchTensor view, Shape whole, long[] offsets) {
    long[] outer = whole.strides();
    long to = 0;
    for (int axis = 0; axis < offsets.length; axis++) to += offsets[axis] * outer[axis];
    long[] strides = view.strides().stream().mapToLong(Long::longValue).toArray();
    try {
      return Box.over(view.shape(), view.offset(), strides, to, outer);
    } catch (IllegalArgumentException overlapping) {
      throw TensorFileException.in(
          view.storage().file(),
          view.name(),
          "strides %s of shape %s: expected each to pass over what the smaller ones span, as in views that do not overlap; call contiguous() on the tensor and save it again"
              .formatted(view.strides(), view.shape()));
    }
  }
}
