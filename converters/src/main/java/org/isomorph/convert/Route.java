package org.isomorph.convert;

import java.util.List;
import org.isomorph.dialect.Expression;

/**
 * A way from a model to a family that can express it.
 *
 * @param steps adjustments, in order; none where the family expresses the model as it is
 * @param expressed what the family makes of the model after them
 */
public record Route(List<Step> steps, Expression.Expressed expressed) {
  public Route {
    steps = List.copyOf(steps);
  }

  /** The worst of the steps' outcomes. */
  public Outcome outcome() {
    return steps.stream().anyMatch(step -> step.outcome() == Outcome.ROUNDED)
        ? Outcome.ROUNDED
        : Outcome.EXACT;
  }

  /** Whether nothing is rounded and nothing depends on values. */
  boolean isCertain() {
    return outcome() == Outcome.EXACT && steps.stream().allMatch(step -> step.claims().isEmpty());
  }
}
