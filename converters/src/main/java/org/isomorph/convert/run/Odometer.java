package org.isomorph.convert.run;

/** Counts through a box of indices, last axis fastest, with up to two axes held at 0. */
final class Odometer {
  private final long[] extents;
  private final long[] index;

  /** Counts through all axes but these; an axis that does not exist is nothing to hold. */
  Odometer(long[] extents, int held, int alsoHeld) {
    this.extents = extents.clone();
    this.index = new long[extents.length];
    if (held >= 0) this.extents[held] = 1;
    if (alsoHeld >= 0) this.extents[alsoHeld] = 1;
  }

  /** Counts through the axes before {@code axes} and holds the others. */
  Odometer(long[] extents, int axes) {
    this.extents = extents.clone();
    this.index = new long[extents.length];
    for (int axis = axes; axis < extents.length; axis++) this.extents[axis] = 1;
  }

  /** The offset of the present index, if axes have these strides. */
  long dot(long[] strides) {
    long offset = 0;
    for (int axis = 0; axis < index.length; axis++) offset += index[axis] * strides[axis];
    return offset;
  }

  /** Steps on; false when all indices have been seen. */
  boolean next() {
    for (int axis = index.length - 1; axis >= 0; axis--) {
      if (++index[axis] < extents[axis]) return true;
      index[axis] = 0;
    }
    return false;
  }
}
