package org.isomorph.debug;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.Tensor;

/** Reads the last axis of a value row by row, as float64, however large the value is. */
final class Rows {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final MemorySegment data;
  private final boolean wide;
  private final int width;
  private final Shape shape;

  Rows(Tensor tensor) {
    this.data = tensor.data();
    this.wide = tensor.dtype() == DType.F64;
    if (!wide && tensor.dtype() != DType.F32)
      throw new DebugException("values are F32 or F64, found " + tensor.dtype());
    this.shape = tensor.shape();
    this.width = Math.toIntExact(shape.dim(-1));
  }

  /** How many numbers a row has. */
  int width() {
    return width;
  }

  /** How many rows there are. */
  long count() {
    return width == 0 ? 0 : shape.elements() / width;
  }

  /** The row with this number, counted through all axes but the last. */
  double[] get(long row) {
    double[] values = new double[width];
    long first = Math.multiplyExact(row, width);
    for (int at = 0; at < width; at++)
      values[at] = wide ? data.getAtIndex(DOUBLE, first + at) : data.getAtIndex(FLOAT, first + at);
    return values;
  }

  /** The row at these places of all axes but the last. */
  double[] at(long... place) {
    long row = 0;
    for (int axis = 0; axis < place.length; axis++) row = row * shape.dim(axis) + place[axis];
    return get(row);
  }
}
