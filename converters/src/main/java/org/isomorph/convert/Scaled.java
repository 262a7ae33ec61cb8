package org.isomorph.convert;

/** Multiplies each element by a number. */
record Scaled(double factor) implements Transform {
  /** Whether a product has the digits of what was multiplied: by a power of two. */
  boolean isExact() {
    return Math.scalb(1.0, Math.getExponent(factor)) == factor;
  }

  @Override
  public Need need() {
    return Need.ELEMENTS;
  }

  @Override
  public void apply(double[] tile, long first, int rows, int columns) {
    for (int i = 0; i < rows * columns; i++) tile[i] *= factor;
  }

  @Override
  public String rounding() {
    return "each element multiplied by "
        + factor
        + (isExact() ? ", a power of two" : " in float64 and rounded once");
  }
}
