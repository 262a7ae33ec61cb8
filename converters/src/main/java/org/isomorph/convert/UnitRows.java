package org.isomorph.convert;

/** Divides each row by its Euclidean length, at least 1e-12, as torch's {@code normalize} does. */
record UnitRows() implements Transform {
  private static final double SHORTEST = 1e-12;

  @Override
  public Need need() {
    return Need.ROWS;
  }

  @Override
  public void apply(double[] tile, long first, int rows, int columns) {
    for (int row = 0; row < rows; row++) {
      int begin = row * columns;
      double squares = 0;
      for (int i = begin; i < begin + columns; i++) squares += tile[i] * tile[i];
      double length = Math.max(Math.sqrt(squares), SHORTEST);
      for (int i = begin; i < begin + columns; i++) tile[i] /= length;
    }
  }

  @Override
  public String rounding() {
    return "each row divided by its length in float64 and rounded once";
  }
}
