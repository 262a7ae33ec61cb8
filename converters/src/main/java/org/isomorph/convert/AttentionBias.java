package org.isomorph.convert;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.isomorph.spec.Heads;
import org.isomorph.spec.Model;
import org.isomorph.spec.Projection;

/** A projection of attention without a bias is one whose bias is zero. */
final class AttentionBias implements Adjustment {
  /** The sets of biased projections that families have. */
  private static final List<Set<Projection>> SETS =
      List.of(
          EnumSet.noneOf(Projection.class),
          EnumSet.of(Projection.Q, Projection.K, Projection.V),
          EnumSet.allOf(Projection.class));

  @Override
  public List<Step> steps(Model model) {
    List<Step> steps = new ArrayList<>();
    for (Set<Projection> biased : SETS) {
      Model other =
          Rewrite.mixers(model, mixer -> mixer instanceof Heads heads ? heads.bias(biased) : mixer);
      if (!other.equals(model)) steps.add(Biases.step("attention", model, other));
    }
    return steps;
  }
}
