package org.isomorph.spec;

import java.util.OptionalDouble;
import java.util.OptionalLong;

/** The checks that constructors share; each message carries the numbers. */
final class Require {
  private Require() {}

  static void positive(String what, long value) {
    if (value <= 0) throw new SpecException(what + " must be positive, found " + value);
  }

  static void positive(String what, double value) {
    if (!(value > 0) || Double.isInfinite(value))
      throw new SpecException(what + " must be positive and finite, found " + value);
  }

  static void notNegative(String what, long value) {
    if (value < 0) throw new SpecException(what + " must not be negative, found " + value);
  }

  static void finite(String what, double value) {
    if (!Double.isFinite(value)) throw new SpecException(what + " must be finite, found " + value);
  }

  static void positive(String what, OptionalLong value) {
    value.ifPresent(present -> positive(what, present));
  }

  static void positive(String what, OptionalDouble value) {
    value.ifPresent(present -> positive(what, present));
  }

  static void divides(String whole, long dividend, String part, long divisor) {
    if (dividend % divisor != 0)
      throw new SpecException(
          whole + " (" + dividend + ") is not a multiple of " + part + " (" + divisor + ")");
  }

  static void atMost(String what, long value, String limit, long most) {
    if (value > most)
      throw new SpecException(
          what + " (" + value + ") is greater than " + limit + " (" + most + ")");
  }

  /** Only a later branch of a parallel residual has an earlier norm to share. */
  static void ownNorm(String what, Norm norm) {
    if (Norm.SHARED.equals(norm)) throw new SpecException(what + " has no earlier norm to share");
  }

  /** Where keys are rotated or left alone: scores that biases could be added to are elsewhere. */
  static void rotation(String what, RelativePosition position) {
    if (!(position instanceof Rope) && !RelativePosition.NONE.equals(position))
      throw new SpecException(what + " has rotary positions or none, found " + position);
  }

  static void that(boolean holds, String otherwise) {
    if (!holds) throw new SpecException(otherwise);
  }
}
