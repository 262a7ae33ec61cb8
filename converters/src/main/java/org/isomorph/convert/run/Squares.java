package org.isomorph.convert.run;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Transposes matrices whose elements have 2 or 4 bytes: four by four or two by two of them, as wide
 * as a long, go through registers, so that a quarter or a half of the accesses is left.
 *
 * <p>Each loop is one method with everything in it, called for a whole matrix, so that what has to
 * be compiled well is little and found out soon. Buffers check their indices with fewer
 * instructions than segments do.
 */
final class Squares {
  /** The lower half of a long. */
  private static final long LOW = 0xffff_ffffL;

  /** The first and third quarter of a long. */
  private static final long EVEN = 0x0000_ffff_0000_ffffL;

  private Squares() {}

  /** Whether elements of so many bytes form squares. */
  static boolean exist(int width) {
    return width == Short.BYTES || width == Integer.BYTES;
  }

  /** How many of so many rows or columns are in squares. */
  static long covered(long extent, int width) {
    int side = Long.BYTES / width;
    return extent / side * side;
  }

  /**
   * Transposes a matrix.
   *
   * @param width bytes of an element, for which squares {@link #exist}
   * @param f where its first element is in {@code from}, in bytes
   * @param fromStride bytes from one row to the next
   * @param t where it goes in {@code to}
   * @param toStride bytes from one column to the next
   * @param columns neighbours in {@code from}, all {@link #covered}
   * @param rows neighbours in {@code to}, all {@link #covered}
   */
  static void transpose(
      int width,
      MemorySegment from,
      long f,
      long fromStride,
      MemorySegment to,
      long t,
      long toStride,
      long columns,
      long rows) {
    ByteBuffer source = lines(from, f, fromStride, rows, columns * width);
    ByteBuffer target = lines(to, t, toStride, columns, rows * width);
    if (width == Short.BYTES)
      shorts(source, (int) fromStride, target, (int) toStride, (int) columns, (int) rows);
    else ints(source, (int) fromStride, target, (int) toStride, (int) columns, (int) rows);
  }

  private static ByteBuffer lines(
      MemorySegment segment, long start, long stride, long lines, long lineBytes) {
    return segment
        .asSlice(start, (lines - 1) * stride + lineBytes)
        .asByteBuffer()
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Rows are the inner loop: four lines are written at a time, one behind the other. A matrix has
   * its rows a power of two apart more often than not, and the lines of more of them would fall
   * into one set of the cache. Several squares in a row would be a fifth faster in the long run,
   * but take a tenth of a second more to compile.
   */
  private static void shorts(
      ByteBuffer from, int fromStride, ByteBuffer to, int toStride, int columns, int rows) {
    for (int c0 = 0; c0 < columns; c0 += Strided.COLUMNS)
      for (int r0 = 0; r0 < rows; r0 += Strided.ROWS)
        for (int c = c0, lastColumn = Math.min(columns, c0 + Strided.COLUMNS);
            c < lastColumn;
            c += 4)
          for (int r = r0, lastRow = Math.min(rows, r0 + Strided.ROWS); r < lastRow; r += 4) {
            int in = r * fromStride + c * Short.BYTES;
            long a = from.getLong(in);
            long b = from.getLong(in + fromStride);
            long d = from.getLong(in + 2 * fromStride);
            long e = from.getLong(in + 3 * fromStride);
            long ab02 = (a & EVEN) | ((b & EVEN) << 16);
            long ab13 = ((a >>> 16) & EVEN) | (b & ~EVEN);
            long de02 = (d & EVEN) | ((e & EVEN) << 16);
            long de13 = ((d >>> 16) & EVEN) | (e & ~EVEN);
            int out = c * toStride + r * Short.BYTES;
            to.putLong(out, (ab02 & LOW) | (de02 << 32));
            to.putLong(out + toStride, (ab13 & LOW) | (de13 << 32));
            to.putLong(out + 2 * toStride, (ab02 >>> 32) | (de02 & ~LOW));
            to.putLong(out + 3 * toStride, (ab13 >>> 32) | (de13 & ~LOW));
          }
  }

  /** As {@link #shorts}, two by two. */
  private static void ints(
      ByteBuffer from, int fromStride, ByteBuffer to, int toStride, int columns, int rows) {
    for (int c0 = 0; c0 < columns; c0 += Strided.COLUMNS)
      for (int r0 = 0; r0 < rows; r0 += Strided.ROWS)
        for (int c = c0, lastColumn = Math.min(columns, c0 + Strided.COLUMNS);
            c < lastColumn;
            c += 2)
          for (int r = r0, lastRow = Math.min(rows, r0 + Strided.ROWS); r < lastRow; r += 2) {
            int in = r * fromStride + c * Integer.BYTES;
            long a = from.getLong(in);
            long b = from.getLong(in + fromStride);
            int out = c * toStride + r * Integer.BYTES;
            to.putLong(out, (a & LOW) | (b << 32));
            to.putLong(out + toStride, (a >>> 32) | (b & ~LOW));
          }
  }
}
