package org.isomorph.spec;

import java.util.ArrayList;
import java.util.List;

/** A number of equal layers in a row. */
public record Run(long count, Block block) {
  public Run {
    Require.positive("layers", count);
  }

  /** Runs with equal neighbours joined, so that a tower is written in one way only. */
  static List<Run> merged(List<Run> runs) {
    List<Run> merged = new ArrayList<>();
    for (Run run : runs) {
      if (!merged.isEmpty() && merged.getLast().block().equals(run.block()))
        merged.set(
            merged.size() - 1,
            new Run(Math.addExact(merged.getLast().count(), run.count()), run.block()));
      else merged.add(run);
    }
    return List.copyOf(merged);
  }
}
