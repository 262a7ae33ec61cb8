package org.isomorph.convert.run;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Copies elements between two buffers that lay out the same indices with different strides: the one
 * kernel behind every transpose, interleave and slice.
 *
 * <p>Elements are opaque bytes of width 1, 2, 4 or 8. Indices that are close in both buffers are
 * visited together, in square blocks of two axes, so that each cache line that is fetched is used
 * up before it is evicted.
 */
final class Strided {
  /** Elements on a side of a block: a block's lines, in both buffers, fit the first-level cache. */
  private static final int BLOCK = 32;

  /** From this length, in bytes, the call of a bulk copy costs less than a loop. */
  private static final int BULK = 64;

  private Strided() {}

  /**
   * Copies all elements of a box of indices.
   *
   * @param width bytes an element
   * @param extents the box's extents, in the order of falling {@code toStrides}
   * @param from the elements read
   * @param fromStart the first of them
   * @param fromStrides elements per step along each axis
   * @param to the elements written, in another buffer
   * @param toStart the first of them
   * @param toStrides elements per step along each axis, all different
   */
  static void copy(
      int width,
      long[] extents,
      MemorySegment from,
      long fromStart,
      long[] fromStrides,
      MemorySegment to,
      long toStart,
      long[] toStrides) {
    int rank = extents.length;
    int row = rank - 1; // the axis along which writes are closest
    while (row > 0 && extents[row] == 1) row--;
    int column = row; // the axis along which reads are closest
    for (int axis = 0; axis < rank; axis++)
      if (extents[axis] > 1 && fromStrides[axis] < stride(fromStrides, column, extents))
        column = axis;
    long rows = row < 0 ? 1 : extents[row];
    long columns = column == row ? 1 : extents[column];
    long rowFrom = row < 0 ? 1 : fromStrides[row];
    long rowTo = row < 0 ? 1 : toStrides[row];
    long columnFrom = column == row ? 0 : fromStrides[column];
    long columnTo = column == row ? 0 : toStrides[column];
    boolean bulk = rowFrom == 1 && rowTo == 1 && columns == 1 && rows * width >= BULK;

    Odometer outer = new Odometer(extents, row, column);
    do {
      long fromBase = fromStart + outer.dot(fromStrides);
      long toBase = toStart + outer.dot(toStrides);
      if (bulk) MemorySegment.copy(from, fromBase * width, to, toBase * width, rows * width);
      else
        for (long c = 0; c < columns; c += BLOCK)
          for (long r = 0; r < rows; r += columns == 1 ? rows : BLOCK)
            block(
                width,
                from,
                fromBase + c * columnFrom + r * rowFrom,
                columnFrom,
                rowFrom,
                to,
                toBase + c * columnTo + r * rowTo,
                columnTo,
                rowTo,
                (int) Math.min(BLOCK, columns - c),
                columns == 1 ? Math.toIntExact(rows) : (int) Math.min(BLOCK, rows - r));
    } while (outer.next());
  }

  /** The stride of the axis that reads closest so far; an axis of extent 1 has none worth it. */
  private static long stride(long[] strides, int axis, long[] extents) {
    return extents[axis] > 1 ? strides[axis] : Long.MAX_VALUE;
  }

  private static void block(
      int width,
      MemorySegment from,
      long fromBase,
      long columnFrom,
      long rowFrom,
      MemorySegment to,
      long toBase,
      long columnTo,
      long rowTo,
      int columns,
      int rows) {
    // In bytes from here on.
    long f = fromBase * width;
    long cf = columnFrom * width;
    long rf = rowFrom * width;
    long t = toBase * width;
    long ct = columnTo * width;
    long rt = rowTo * width;
    switch (width) {
      case 1 -> bytes(from, f, cf, rf, to, t, ct, rt, columns, rows);
      case 2 -> shorts(from, f, cf, rf, to, t, ct, rt, columns, rows);
      case 4 -> ints(from, f, cf, rf, to, t, ct, rt, columns, rows);
      case 8 -> longs(from, f, cf, rf, to, t, ct, rt, columns, rows);
      default -> throw new IllegalArgumentException("no elements have " + width + " bytes");
    }
  }

  private static void bytes(
      MemorySegment from,
      long f,
      long cf,
      long rf,
      MemorySegment to,
      long t,
      long ct,
      long rt,
      int columns,
      int rows) {
    for (int c = 0; c < columns; c++)
      for (int r = 0; r < rows; r++)
        to.set(
            ValueLayout.JAVA_BYTE,
            t + c * ct + r * rt,
            from.get(ValueLayout.JAVA_BYTE, f + c * cf + r * rf));
  }

  private static void shorts(
      MemorySegment from,
      long f,
      long cf,
      long rf,
      MemorySegment to,
      long t,
      long ct,
      long rt,
      int columns,
      int rows) {
    for (int c = 0; c < columns; c++)
      for (int r = 0; r < rows; r++)
        to.set(
            ValueLayout.JAVA_SHORT_UNALIGNED,
            t + c * ct + r * rt,
            from.get(ValueLayout.JAVA_SHORT_UNALIGNED, f + c * cf + r * rf));
  }

  private static void ints(
      MemorySegment from,
      long f,
      long cf,
      long rf,
      MemorySegment to,
      long t,
      long ct,
      long rt,
      int columns,
      int rows) {
    for (int c = 0; c < columns; c++)
      for (int r = 0; r < rows; r++)
        to.set(
            ValueLayout.JAVA_INT_UNALIGNED,
            t + c * ct + r * rt,
            from.get(ValueLayout.JAVA_INT_UNALIGNED, f + c * cf + r * rf));
  }

  private static void longs(
      MemorySegment from,
      long f,
      long cf,
      long rf,
      MemorySegment to,
      long t,
      long ct,
      long rt,
      int columns,
      int rows) {
    for (int c = 0; c < columns; c++)
      for (int r = 0; r < rows; r++)
        to.set(
            ValueLayout.JAVA_LONG_UNALIGNED,
            t + c * ct + r * rt,
            from.get(ValueLayout.JAVA_LONG_UNALIGNED, f + c * cf + r * rf));
  }
}
