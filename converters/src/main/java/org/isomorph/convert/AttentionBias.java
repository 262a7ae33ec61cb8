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
  private static final String WHAT = "attention biases";

  /** The sets of biased projections that families have, but for all. */
  private static final List<Set<Projection>> SETS =
      List.of(
          EnumSet.noneOf(Projection.class), EnumSet.of(Projection.Q, Projection.K, Projection.V));

  @Override
  public String law() {
    return "Attention without biases is attention with biases of zeros: they are added, and left out where all values are zero.";
  }

  @Override
  public List<Step> toward(Model model, Model nearest) {
    Model other =
        Rewrite.mixers(
            model,
            nearest,
            (ours, theirs) ->
                ours instanceof Heads a && theirs instanceof Heads b ? a.bias(b.bias()) : ours);
    return other.equals(model) ? List.of() : List.of(Zeros.step(WHAT, model, other));
  }

  @Override
  public List<Step> reductions(Model model) {
    List<Step> steps = new ArrayList<>();
    for (Set<Projection> kept : SETS) {
      Model other =
          Rewrite.mixers(model, mixer -> mixer instanceof Heads heads ? only(heads, kept) : mixer);
      if (!other.equals(model)) steps.add(Zeros.step(WHAT, model, other));
    }
    return steps;
  }

  private static Heads only(Heads heads, Set<Projection> kept) {
    EnumSet<Projection> both =
        EnumSet.copyOf(kept.isEmpty() ? EnumSet.noneOf(Projection.class) : kept);
    both.retainAll(heads.bias());
    return heads.bias(both);
  }
}
