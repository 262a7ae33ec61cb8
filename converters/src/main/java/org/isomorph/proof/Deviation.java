package org.isomorph.proof;

import java.util.List;
import java.util.Locale;

/**
 * How far two tensors are apart, row by row: a row is a vector along the last axis, and its error
 * is the length of the difference divided by the length of the reference's row.
 *
 * @param greatest error of any row; infinite where one side is not a finite number
 * @param median of all rows
 * @param p99 which 99 of 100 rows do not exceed
 * @param batch the batch's row in which the greatest was found; -1 where there is none
 * @param token the token at which it was found; -1 where the value has none
 * @param rows how many were compared; 0 where all numbers are the same
 * @param tokens the greatest error at each token, of any row of the batch; 0 at padding; empty
 *     where the value has no tokens, or all numbers are the same
 */
public record Deviation(
    double greatest,
    double median,
    double p99,
    long batch,
    long token,
    long rows,
    List<Double> tokens) {
  /** All numbers are the same. */
  public static final Deviation NONE = new Deviation(0, 0, 0, -1, -1, 0, List.of());

  public Deviation {
    tokens = List.copyOf(tokens);
  }

  /** Whether all numbers are the same. */
  public boolean isNone() {
    return greatest == 0;
  }

  /** {@code row 1, token 5}. */
  public String place() {
    if (batch < 0) return "";
    return token < 0 ? "row " + batch : "row " + batch + ", token " + token;
  }

  /** {@code 3.1e-07}, {@code 0} or {@code not finite}. */
  public static String number(double error) {
    if (error == 0) return "0";
    return Double.isInfinite(error) ? "not finite" : String.format(Locale.ROOT, "%.1e", error);
  }

  @Override
  public String toString() {
    return number(greatest) + (batch < 0 ? "" : " at " + place());
  }
}
