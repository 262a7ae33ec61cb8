package org.isomorph.tensorfile;

import java.util.List;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.TensorInfo;

/**
 * A tensor of a torch file: a view of a storage, which is a run of elements that several tensors
 * may share.
 *
 * <p>Element {@code (i, j, ...)} of the tensor is element {@code offset + i * strides[0] + j *
 * strides[1] + ...} of the storage. All of them lie within it; whether some are the same is for
 * whoever reads them to see.
 *
 * @param info its name, type and shape
 * @param storage the whole storage, called after the first tensor that views it
 * @param offset the storage's element that is the tensor's first
 * @param strides elements of the storage from one index to the next, an axis each
 */
public record TorchTensor(TensorInfo info, StoredTensor storage, long offset, List<Long> strides) {
  public TorchTensor {
    strides = List.copyOf(strides);
  }

  /** Whether the elements lie behind each other in their order: the tensor is a run of bytes. */
  public boolean dense() {
    long expected = 1;
    for (int axis = strides.size() - 1; axis >= 0; axis--) {
      long extent = shape().dim(axis);
      if (extent != 1 && strides.get(axis) != expected) return shape().elements() == 0;
      expected *= extent;
    }
    return true;
  }

  /** What the file calls the tensor. */
  public String name() {
    return info.name();
  }

  /** The extents, outermost first. */
  public Shape shape() {
    return info.shape();
  }
}
