package org.isomorph.convert;

import java.util.ArrayList;
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

  /** Whether it depends on values, so that not every checkpoint of the model can go it. */
  public boolean isConditional() {
    return steps.stream().anyMatch(step -> !step.claims().isEmpty());
  }

  /** The same way after others. */
  Route after(List<Step> earlier) {
    List<Step> all = new ArrayList<>(earlier);
    all.addAll(steps);
    return new Route(all, expressed);
  }
}
