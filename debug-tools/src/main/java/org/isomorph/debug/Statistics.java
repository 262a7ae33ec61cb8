package org.isomorph.debug;

import java.util.List;
import java.util.Locale;

/**
 * Values in numbers, in the order of computation.
 *
 * @param info what they were measured on
 */
public record Statistics(RunInfo info, List<ValueStatistics> values) {
  public Statistics {
    values = List.copyOf(values);
  }

  /** The value with this canonical name. */
  public ValueStatistics value(String name) {
    return values.stream()
        .filter(value -> value.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new DebugException("no statistics of " + name + " were made"));
  }

  /** A table for a terminal, a line a value. */
  @Override
  public String toString() {
    TextTable table = new TextTable("llrrrrrrl");
    table.row("value", "shape", "min", "max", "mean", "std", "|max|", "peak", "");
    for (ValueStatistics value : values)
      table.row(
          value.name(),
          value.shape().toString(),
          number(value.min()),
          number(value.max()),
          number(value.mean()),
          number(value.std()),
          number(value.absMax()),
          String.format(Locale.ROOT, "%.0f @%d", value.peak(), value.peakAt()),
          mark(value));
    return "statistics  " + info + "\n" + String.join("\n", table.lines());
  }

  private static String mark(ValueStatistics value) {
    if (!value.isFinite()) return "NaN " + value.nan() + ", infinite " + value.infinite();
    return value.isMassive() ? "massive" : "";
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.4g", value);
  }
}
