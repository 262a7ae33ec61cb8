package org.isomorph.proof;

import java.util.Locale;
import java.util.Optional;
import org.isomorph.runtime.WeightDifference;

/**
 * A parameter that is not the same numbers in both models.
 *
 * @param name canonical
 * @param difference how its elements differ
 * @param holds what it holds instead, where that was found: {@code decoder.3.ffn.up.weight}, or
 *     {@code its transpose}
 */
public record ParameterDifference(
    String name, WeightDifference difference, Optional<String> holds) {
  /** {@code decoder.3.ffn.gate.weight: 48 of 48 rows differ, by up to 0.12 where ...}. */
  @Override
  public String toString() {
    String rows =
        difference.differentRows() == difference.rows()
            ? "all %d rows differ".formatted(difference.rows())
            : "%d of %d rows differ, the first is %d"
                .formatted(difference.differentRows(), difference.rows(), difference.firstRow());
    return String.format(
            Locale.ROOT,
            "%s: %s, by up to %.2g where the largest is %.2g",
            name,
            rows,
            difference.greatest(),
            difference.scale())
        + holds.map(what -> "; it holds " + what).orElse("");
  }
}
