package org.isomorph.proof;

import java.util.Collection;
import org.isomorph.runtime.Weights;
import org.isomorph.tensor.DType;

/**
 * How much rounding alone does: the candidate against itself, with every weight moved by up to half
 * a unit of its last place. It is measured piece by piece, since some mind more than others.
 */
final class Floor {
  /** A deviation is one if it is more than so many times the floor. */
  static final double FACTOR = 3;

  /** No floor is lower: sums in float32 differ by as much when they are taken in another order. */
  static final double LEAST = 1e-6;

  /** A deviation that is more than so many times the floor may be one of something within. */
  static final double DOUBT = 1.15;

  private Floor() {}

  /** The greatest deviation that is still rounding where rounding does this much. */
  static double tolerated(double floor) {
    return FACTOR * Math.max(floor, LEAST);
  }

  /** By how much rounding to this dtype moves a number at most, as a part of it. */
  static double rounding(DType dtype) {
    return switch (dtype) {
      case BF16 -> 0x1p-8;
      case F16 -> 0x1p-11;
      // Half a unit would be lost in the multiplication that moves the weights.
      default -> 0x1p-23;
    };
  }

  /** As {@link #rounding(DType)}, of the coarsest dtype that these are stored in. */
  static double rounding(Weights weights, Collection<String> parameters) {
    return parameters.stream()
        .mapToDouble(name -> rounding(weights.find(name).dtype()))
        .max()
        .orElse(rounding(DType.F32));
  }
}
