package org.isomorph.compile;

import org.isomorph.graph.Type;
import org.isomorph.tensor.DType;

/**
 * The dtypes of one run.
 *
 * @param run of weights and of the stream
 * @param wide of statistics: F32 at least
 */
public record Precision(DType run, DType wide) {
  /** Whether models run in a dtype. */
  public static boolean isPossible(DType run) {
    return run == DType.F32 || run == DType.BF16 || run == DType.F64;
  }

  /** Why models do not run in a dtype. */
  public static String refusal(DType run) {
    return "models run in F32, BF16 or F64, not in " + run;
  }

  /**
   * The dtypes of a run in F32, BF16 or F64.
   *
   * @throws IllegalArgumentException for any other
   */
  public static Precision of(DType run) {
    if (!isPossible(run)) throw new IllegalArgumentException(refusal(run));
    return new Precision(run, run == DType.F64 ? DType.F64 : DType.F32);
  }

  /** The dtype of a kind of number. */
  public DType dtype(Type.Kind kind) {
    return switch (kind) {
      case FLOAT -> run;
      case WIDE -> wide;
      case INDEX -> DType.I64;
      case TRUTH -> DType.BOOL;
    };
  }
}
