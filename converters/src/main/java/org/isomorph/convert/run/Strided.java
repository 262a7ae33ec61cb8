package org.isomorph.convert.run;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Copies elements between two buffers that lay out the same indices with different strides: the one
 * kernel behind every transpose, interleave and slice.
 *
 * <p>Elements are opaque bytes of width 1, 2, 4 or 8. Indices that are close in both buffers are
 * visited together, in blocks of two axes, so that each cache line that is fetched is used up
 * before it is evicted.
 */
final class Strided {
  /** Elements of a block along the axis of reads: one line, or a few. */
  static final int COLUMNS = 32;

  /**
   * Elements of a block along the axis of writes, and so lines read: they are in the first-level
   * cache until the last of their elements is written.
   */
  static final int ROWS = 256;

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
    // In bytes from here on.
    long rf = row < 0 ? 0 : fromStrides[row] * width;
    long rt = row < 0 ? 0 : toStrides[row] * width;
    long cf = column == row ? 0 : fromStrides[column] * width;
    long ct = column == row ? 0 : toStrides[column] * width;
    boolean bulk = rf == width && rt == width && columns == 1 && rows * width >= BULK;
    boolean squares = cf == width && rt == width && Squares.exist(width);
    long squareColumns = squares ? Squares.covered(columns, width) : 0;
    long squareRows = squareColumns > 0 ? Squares.covered(rows, width) : 0;

    Odometer outer = new Odometer(extents, row, column);
    do {
      long f = (fromStart + outer.dot(fromStrides)) * width;
      long t = (toStart + outer.dot(toStrides)) * width;
      if (bulk) {
        MemorySegment.copy(from, f, to, t, rows * width);
      } else {
        if (squareRows > 0)
          Squares.transpose(width, from, f, rf, to, t, ct, squareColumns, squareRows);
        long f0 = f + squareRows * rf;
        long t0 = t + squareRows * rt;
        columns(width, from, f0, cf, rf, to, t0, ct, rt, squareColumns, rows - squareRows);
        f += squareColumns * cf;
        t += squareColumns * ct;
        columns(width, from, f, cf, rf, to, t, ct, rt, columns - squareColumns, rows);
      }
    } while (outer.next());
  }

  /** The stride of the axis that reads closest so far; an axis of extent 1 has none worth it. */
  private static long stride(long[] strides, int axis, long[] extents) {
    return extents[axis] > 1 ? strides[axis] : Long.MAX_VALUE;
  }

  /** Copies a matrix that has no squares, block by block, and each block column by column. */
  private static void columns(
      int width,
      MemorySegment from,
      long f,
      long cf,
      long rf,
      MemorySegment to,
      long t,
      long ct,
      long rt,
      long columns,
      long rows) {
    long together = columns == 1 ? rows : ROWS;
    for (long first = 0; first < columns; first += COLUMNS)
      for (long r = 0; r < rows; r += together)
        for (long c = first, end = Math.min(columns, first + COLUMNS); c < end; c++)
          run(
              width,
              from,
              f + c * cf + r * rf,
              rf,
              to,
              t + c * ct + r * rt,
              rt,
              Math.toIntExact(Math.min(together, rows - r)));
  }

  private static void run(
      int width, MemorySegment from, long f, long rf, MemorySegment to, long t, long rt, int rows) {
    switch (width) {
      case 1 -> bytes(from, f, rf, to, t, rt, rows);
      case 2 -> shorts(from, f, rf, to, t, rt, rows);
      case 4 -> ints(from, f, rf, to, t, rt, rows);
      case 8 -> longs(from, f, rf, to, t, rt, rows);
      default -> throw new IllegalArgumentException("no elements have " + width + " bytes");
    }
  }

  private static void bytes(
      MemorySegment from, long f, long rf, MemorySegment to, long t, long rt, int rows) {
    for (int r = 0; r < rows; r++)
      to.set(ValueLayout.JAVA_BYTE, t + r * rt, from.get(ValueLayout.JAVA_BYTE, f + r * rf));
  }

  private static void shorts(
      MemorySegment from, long f, long rf, MemorySegment to, long t, long rt, int rows) {
    for (int r = 0; r < rows; r++)
      to.set(
          ValueLayout.JAVA_SHORT_UNALIGNED,
          t + r * rt,
          from.get(ValueLayout.JAVA_SHORT_UNALIGNED, f + r * rf));
  }

  private static void ints(
      MemorySegment from, long f, long rf, MemorySegment to, long t, long rt, int rows) {
    for (int r = 0; r < rows; r++)
      to.set(
          ValueLayout.JAVA_INT_UNALIGNED,
          t + r * rt,
          from.get(ValueLayout.JAVA_INT_UNALIGNED, f + r * rf));
  }

  private static void longs(
      MemorySegment from, long f, long rf, MemorySegment to, long t, long rt, int rows) {
    for (int r = 0; r < rows; r++)
      to.set(
          ValueLayout.JAVA_LONG_UNALIGNED,
          t + r * rt,
          from.get(ValueLayout.JAVA_LONG_UNALIGNED, f + r * rf));
  }
}
