package org.isomorph.megatron.execution;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.isomorph.tensor.Casts;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.Tensor;
import org.isomorph.tensorfile.StoredTensor;
import org.isomorph.tensorfile.TorchTensor;

/**
 * A vector or matrix of a torch file.
 *
 * @param storage what it is a view of
 * @param offset the storage's element that is its first
 * @param down elements of the storage from one row to the next
 * @param across likewise from one column to the next
 */
record TorchWeight(StoredTensor storage, long offset, int rows, int columns, long down, long across)
    implements Weight {
  /** The whole of a tensor with one or two axes. */
  static TorchWeight of(TorchTensor tensor) {
    return of(tensor, tensor.offset(), tensor.shape(), tensor.strides());
  }

  /** A part of a tensor's storage, by its shape and strides, of one or two axes. */
  static TorchWeight of(TorchTensor tensor, long offset, Shape shape, List<Long> strides) {
    boolean vector = shape.rank() == 1;
    return new TorchWeight(
        tensor.storage(),
        offset,
        Math.toIntExact(shape.dim(0)),
        vector ? 1 : Math.toIntExact(shape.dim(1)),
        strides.getFirst(),
        vector ? 1 : strides.getLast());
  }

  /** Some rows of some columns. */
  TorchWeight part(int row, int count, int column, int width) {
    return new TorchWeight(
        storage, offset + row * down + column * across, count, width, down, across);
  }

  @Override
  public void read(int first, int count, float[] target) throws IOException {
    if (count == 0 || columns == 0) return;
    long begin = offset + first * down;
    int span = Math.toIntExact((count - 1) * down + (columns - 1) * across + 1);
    float[] read = floats(begin, span);
    if (across == 1 && down == columns) {
      System.arraycopy(read, 0, target, 0, read.length);
      return;
    }
    for (int row = 0; row < count; row++)
      if (across == 1)
        System.arraycopy(read, Math.toIntExact(row * down), target, row * columns, columns);
      else
        for (int column = 0; column < columns; column++)
          target[row * columns + column] = read[(int) (row * down + column * across)];
  }

  private float[] floats(long begin, int count) throws IOException {
    DType dtype = storage.dtype();
    MemorySegment bytes = MemorySegment.ofArray(new byte[Math.toIntExact(dtype.bytes(count))]);
    storage.read(dtype.bytes(begin), bytes);
    if (!Casts.supports(dtype, DType.F32)) return Tensor.of(dtype, Shape.of(count), bytes).floats();
    float[] values = new float[count];
    Casts.cast(dtype, bytes, DType.F32, MemorySegment.ofArray(values), count);
    return values;
  }
}
