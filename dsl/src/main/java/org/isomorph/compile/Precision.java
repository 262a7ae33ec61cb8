package org.isomorph.compile;

import org.isomorph.tensor.DType;

/**
 * The dtypes of one run, in libtorch's numbering.
 *
 * @param run of weights and of the stream
 * @param wide of statistics: float32 at least
 */
record Precision(int run, int wide) {
  static final int INT64 = 4;
  static final int FLOAT32 = 6;
  static final int FLOAT64 = 7;
  static final int BOOL = 11;
  static final int BFLOAT16 = 15;

  /** {@link #wide} as text. */
  String wideNumber() {
    return Integer.toString(wide);
  }

  static Precision of(DType dtype) {
    return switch (dtype) {
      case F32 -> new Precision(FLOAT32, FLOAT32);
      case F64 -> new Precision(FLOAT64, FLOAT64);
      case BF16 -> new Precision(BFLOAT16, FLOAT32);
      default ->
          throw new IllegalArgumentException("models run in F32, BF16 or F64, not in " + dtype);
    };
  }
}
