package org.isomorph.tensorfile;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Tensors of distributed checkpoints put together, element by element. */
final class Assembled {
  private Assembled() {}

  /** The bytes of a tensor in row-major order. */
  static byte[] of(DistributedTensor tensor) throws IOException {
    byte[] whole = new byte[Math.toIntExact(tensor.info().bytes())];
    for (DistributedTensor.Chunk chunk : tensor.chunks()) add(chunk, tensor, whole);
    return whole;
  }

  private static void add(DistributedTensor.Chunk chunk, DistributedTensor tensor, byte[] whole)
      throws IOException {
    TorchTensor part = chunk.tensor();
    int width = part.info().dtype().width();
    long[] strides = tensor.info().shape().strides();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment storage = part.storage().read(arena);
      for (long number = 0; number < part.shape().elements(); number++) {
        long from = part.offset();
        long to = 0;
        long rest = number;
        for (int axis = strides.length - 1; axis >= 0; axis--) {
          long index = rest % part.shape().dim(axis);
          rest /= part.shape().dim(axis);
          from += index * part.strides().get(axis);
          to += (chunk.window().begin(axis) + index) * strides[axis];
        }
        MemorySegment.copy(
            storage, ValueLayout.JAVA_BYTE, from * width, whole, (int) to * width, width);
      }
    }
  }
}
