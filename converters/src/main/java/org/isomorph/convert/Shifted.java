package org.isomorph.convert;

/** Adds a number to each element. */
record Shifted(double by) implements Transform {
  @Override
  public Need need() {
    return Need.ELEMENTS;
  }

  @Override
  public void apply(double[] tile, long first, int rows, int columns) {
    for (int i = 0; i < rows * columns; i++) tile[i] += by;
  }

  @Override
  public String rounding() {
    return (by < 0 ? -by + " subtracted from each element" : by + " added to each element")
        + " in float64 and rounded once";
  }
}
