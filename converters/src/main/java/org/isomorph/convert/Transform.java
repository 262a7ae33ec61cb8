package org.isomorph.convert;

/**
 * A computation that gives a parameter other values for the same function, in bounded tiles.
 *
 * <p>A transform says what one tile of its output needs, so that an executor can stream a parameter
 * of any size. Tiles are float64: whatever dtype is stored is widened exactly, and what comes out
 * is rounded once, to the written dtype.
 */
public interface Transform {
  /** What one tile of output needs. */
  enum Need {
    /** The same elements. */
    ELEMENTS,
    /** The whole rows (last axis) that the elements are in. */
    ROWS
  }

  /** What one tile of output needs of the input. */
  Need need();

  /**
   * Computes a tile in place.
   *
   * @param tile {@code rows * columns} values in row-major order; with {@link Need#ROWS} the
   *     columns are whole rows, otherwise there is one row
   * @param first the parameter's element that the tile begins with
   */
  void apply(double[] tile, long first, int rows, int columns);

  /** How results are rounded, in one sentence for a report. */
  String rounding();
}
