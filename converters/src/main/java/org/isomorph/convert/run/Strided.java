package org.isomorph.convert.run;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

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
  private static final int COLUMNS = 32;

  /**
   * Elements of a block along the axis of writes, and so lines read: they are in the first-level
   * cache until the last of their elements is written.
   */
  private static final int ROWS = 256;

  /** From this length, in bytes, the call of a bulk copy costs less than a loop. */
  private static final int BULK = 64;

  private static final ValueLayout.OfLong LE_LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Squares are as wide as a long, in which their rows go through registers. */
  private static final int SQUARE_BYTES = Long.BYTES;

  /** The lower half of a long. */
  private static final long LOW = 0xffff_ffffL;

  /** The first and third quarter of a long. */
  private static final long EVEN = 0x0000_ffff_0000_ffffL;

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
        for (long c = 0; c < columns; c += COLUMNS)
          for (long r = 0; r < rows; r += columns == 1 ? rows : ROWS)
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
                (int) Math.min(COLUMNS, columns - c),
                columns == 1 ? Math.toIntExact(rows) : (int) Math.min(ROWS, rows - r));
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
    // As squares as far as can be, and what is left of each column as a run.
    boolean squares = (width == 2 || width == 4) && cf == width && rt == width;
    int side = SQUARE_BYTES / width;
    int squareRows = squares ? rows / side * side : 0;
    int squareColumns = squares ? columns / side * side : 0;
    if (width == Short.BYTES) squaresOfShorts(from, f, rf, to, t, ct, squareColumns, squareRows);
    if (width == Integer.BYTES) squaresOfInts(from, f, rf, to, t, ct, squareColumns, squareRows);
    for (int c = 0; c < columns; c++) {
      int done = c < squareColumns ? squareRows : 0;
      if (done < rows)
        run(width, from, f + c * cf + done * rf, rf, to, t + c * ct + done * rt, rt, rows - done);
    }
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

  /**
   * Where reads are neighbours along columns and writes along rows, four by four elements go
   * through registers, so that a quarter of the accesses is left. Rows are the inner loop: four
   * lines are written at a time, one behind the other. A matrix has its rows a power of two apart
   * more often than not, and the lines of more of them would fall into one set of the cache.
   *
   * <p>A method of its own, as are the other loops: what is hot in one of them is compiled without
   * the others.
   */
  private static void squaresOfShorts(
      MemorySegment from,
      long f,
      long rf,
      MemorySegment to,
      long t,
      long ct,
      int columns,
      int rows) {
    for (int c = 0; c < columns; c += 4)
      for (int r = 0; r < rows; r += 4) {
        long in = f + c * 2L + r * rf;
        long a = from.get(LE_LONG, in);
        long b = from.get(LE_LONG, in + rf);
        long d = from.get(LE_LONG, in + 2 * rf);
        long e = from.get(LE_LONG, in + 3 * rf);
        long ab02 = (a & EVEN) | ((b & EVEN) << 16);
        long ab13 = ((a >>> 16) & EVEN) | (b & ~EVEN);
        long de02 = (d & EVEN) | ((e & EVEN) << 16);
        long de13 = ((d >>> 16) & EVEN) | (e & ~EVEN);
        long out = t + c * ct + r * 2L;
        to.set(LE_LONG, out, (ab02 & LOW) | (de02 << 32));
        to.set(LE_LONG, out + ct, (ab13 & LOW) | (de13 << 32));
        to.set(LE_LONG, out + 2 * ct, (ab02 >>> 32) | (de02 & ~LOW));
        to.set(LE_LONG, out + 3 * ct, (ab13 >>> 32) | (de13 & ~LOW));
      }
  }

  /** As {@link #squaresOfShorts}, two by two. */
  private static void squaresOfInts(
      MemorySegment from,
      long f,
      long rf,
      MemorySegment to,
      long t,
      long ct,
      int columns,
      int rows) {
    for (int c = 0; c < columns; c += 2)
      for (int r = 0; r < rows; r += 2) {
        long a = from.get(LE_LONG, f + c * 4L + r * rf);
        long b = from.get(LE_LONG, f + c * 4L + r * rf + rf);
        long out = t + c * ct + r * 4L;
        to.set(LE_LONG, out, (a & LOW) | (b << 32));
        to.set(LE_LONG, out + ct, (a >>> 32) | (b & ~LOW));
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
