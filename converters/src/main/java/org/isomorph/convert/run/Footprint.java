package org.isomorph.convert.run;

import java.util.Arrays;

/**
 * How the source elements of one tile are read into a buffer: as a few reads of equal length, one
 * behind the other.
 *
 * <p>A read may span gaps, whose bytes are read for nothing: as long as a gap is short, or no
 * longer than what it parts, that costs less than another system call.
 *
 * @param readElements the elements of one read, gaps included
 * @param readExtents how many reads there are, as extents of the tile's axes; 1 within a read
 * @param strides where elements lie in the buffer, in elements per step along each axis
 * @param elements the elements that all reads together put into the buffer
 */
@SuppressWarnings("ArrayRecordComponent") // passed on at once, never compared
record Footprint(long readElements, long[] readExtents, long[] strides, long elements) {
  /** A gap of so many bytes takes about as long to copy as a system call takes. */
  private static final long GAP_BYTES = 2048;

  /** From this length on, rows in a buffer are set apart by {@link #ROW_GAP_BYTES}. */
  private static final long ROW_BYTES = 512;

  /**
   * A cache line. Rows a power of two apart would all fall into the same few places of the cache,
   * and a transpose, which visits many of them in turn, would always find them evicted.
   */
  private static final long ROW_GAP_BYTES = 64;

  /** How far apart rows of this many elements lie in a buffer: at most an eighth farther. */
  static long rowStride(long elements, int width) {
    return elements * width < ROW_BYTES ? elements : elements + ROW_GAP_BYTES / width;
  }

  /** The axes that move in the source, closest elements first. */
  static int[] sourceOrder(long[] fromStrides) {
    int[] order = new int[fromStrides.length];
    int count = 0;
    for (int axis = 0; axis < fromStrides.length; axis++) {
      if (fromStrides[axis] == 0) continue;
      int at = count++;
      for (; at > 0 && fromStrides[order[at - 1]] > fromStrides[axis]; at--)
        order[at] = order[at - 1];
      order[at] = axis;
    }
    return Arrays.copyOf(order, count);
  }

  /**
   * The footprint of a tile.
   *
   * @param order {@link #sourceOrder} of the strides
   * @param extents the tile's extents
   * @param fromStrides the source's strides
   * @param width bytes an element
   * @param capacity elements that the buffer holds, gaps included: the tile without gaps must fit
   */
  static Footprint of(int[] order, long[] extents, long[] fromStrides, int width, long capacity) {
    long[] strides = new long[extents.length];
    long[] readExtents = new long[extents.length];
    Arrays.fill(readExtents, 1);
    long span = 1;
    long useful = 1;
    long left = 1; // reads, if the axes looked at so far are within one
    for (int axis : order) left *= extents[axis];
    int k = 0;
    for (; k < order.length; k++) {
      int axis = order[k];
      long wider = span + (extents[axis] - 1) * fromStrides[axis];
      long gap = fromStrides[axis] - span;
      boolean worthwhile = span <= 2 * useful && (gap <= span || gap * width <= GAP_BYTES);
      if (extents[axis] > 1 && !(worthwhile && wider <= capacity / (left / extents[axis]))) break;
      left /= extents[axis];
      strides[axis] = fromStrides[axis];
      span = wider;
      useful *= extents[axis];
    }
    long elements = left == 1 ? span : rowStride(span, width);
    for (; k < order.length; k++) {
      int axis = order[k];
      strides[axis] = elements;
      readExtents[axis] = extents[axis];
      elements *= extents[axis];
    }
    return new Footprint(span, readExtents, strides, elements);
  }

  /** That of a tile which is seen where it is, whatever lies between its elements. */
  static Footprint inPlace(long[] extents, long[] fromStrides) {
    long[] single = new long[extents.length];
    Arrays.fill(single, 1);
    long span = span(extents, fromStrides);
    return new Footprint(span, single, fromStrides, span);
  }

  /** The elements from a tile's first to its last in the source. */
  static long span(long[] extents, long[] fromStrides) {
    long span = 1;
    for (int axis = 0; axis < extents.length; axis++)
      span += (extents[axis] - 1) * fromStrides[axis];
    return span;
  }

  /** The elements that are read, those in gaps included. */
  long bridged() {
    long reads = readElements;
    for (long extent : readExtents) reads *= extent;
    return reads;
  }

  /** Whether everything comes with a single system call. */
  boolean isOneRead() {
    return readElements == elements;
  }

  /** Whether the buffer, as it is read, already is in the order of these strides. */
  boolean isLaidOut(long[] extents, long[] wanted) {
    for (int axis = 0; axis < extents.length; axis++)
      if (extents[axis] > 1 && strides[axis] != wanted[axis]) return false;
    return true;
  }
}
