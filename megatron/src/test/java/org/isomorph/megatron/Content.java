package org.isomorph.megatron;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.isomorph.layout.Piece;
import org.isomorph.sharding.LogicalTensor;
import org.isomorph.sharding.TorchViews;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Shape;
import org.isomorph.tensorfile.DistributedTensor;
import org.isomorph.tensorfile.TensorSource;
import org.isomorph.tensorfile.TorchTensor;
import org.isomorph.tensorfile.Window;

/** A tensor's type, shape and bytes. */
record Content(DType dtype, Shape shape, ByteBuffer bytes) {
  static Content of(LogicalTensor tensor) throws IOException {
    byte[] data = new byte[Math.toIntExact(tensor.info().bytes())];
    tensor.open(TensorSource.StoredBytes.DIRECT).read(0, MemorySegment.ofArray(data));
    return new Content(tensor.dtype(), tensor.shape(), ByteBuffer.wrap(data));
  }

  /** The elements of a view, in the order of its indices. */
  static Content of(TorchTensor view) throws IOException {
    if (view.shape().elements() == 0)
      return new Content(view.info().dtype(), view.shape(), ByteBuffer.allocate(0));
    return of(
        new LogicalTensor(
            view.info(), List.of(new Piece<>(view.storage(), view.name(), TorchViews.box(view)))));
  }

  /** All chunks put together by their windows, an element at a time. */
  static Content of(DistributedTensor tensor) throws IOException {
    Shape whole = tensor.info().shape();
    int width = tensor.info().dtype().width();
    byte[] data = new byte[Math.toIntExact(tensor.info().bytes())];
    for (DistributedTensor.Chunk chunk : tensor.chunks()) {
      byte[] part = of(chunk.tensor()).bytes().array();
      long[] index = new long[whole.rank()];
      for (int element = 0; element < part.length / width; element++) {
        int at = Math.toIntExact(place(chunk.window(), index, whole)) * width;
        System.arraycopy(part, element * width, data, at, width);
        for (int axis = index.length - 1; axis >= 0; axis--) {
          if (++index[axis] < chunk.window().sizes().dim(axis)) break;
          index[axis] = 0;
        }
      }
    }
    return new Content(tensor.info().dtype(), whole, ByteBuffer.wrap(data));
  }

  private static long place(Window window, long[] index, Shape whole) {
    long at = 0;
    for (int axis = 0; axis < index.length; axis++)
      at = at * whole.dim(axis) + window.begin(axis) + index[axis];
    return at;
  }

  /** The first rows, of however many there are. */
  Content rows(long count) {
    Shape fewer = shape.with(0, Math.clamp(count, 0, shape.dim(0)));
    int bytes = Math.toIntExact(fewer.elements() * dtype.width());
    return new Content(dtype, fewer, ByteBuffer.wrap(Arrays.copyOf(bytes().array(), bytes)));
  }

  /** Whether all rows from {@code first} on are zero. */
  boolean isZeroFrom(long first) {
    long row = shape.elements() / Math.max(1, shape.dim(0)) * dtype.width();
    for (int at = Math.toIntExact(first * row); at < bytes.array().length; at++)
      if (bytes.array()[at] != 0) return false;
    return true;
  }

  @Override
  public String toString() {
    return dtype + " " + shape + " #" + Integer.toHexString(bytes.hashCode());
  }
}
