package org.isomorph.proof;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Tensor;

/** The rows of a tensor, one at a time: a copy of all of it would be as large once more. */
final class RowReader {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final MemorySegment data;
  private final float[] row;

  RowReader(Tensor tensor, int width) {
    this.data =
        tensor.dtype() == DType.F32
            ? tensor.data()
            : Tensor.ofFloats(tensor.shape(), tensor.floats()).data();
    this.row = new float[width];
  }

  /** A row's numbers; the next call overwrites them. */
  float[] read(long index) {
    MemorySegment.copy(data, FLOAT, index * row.length * Float.BYTES, row, 0, row.length);
    return row;
  }
}
