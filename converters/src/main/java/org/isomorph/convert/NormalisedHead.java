package org.isomorph.convert;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.isomorph.spec.Head;
import org.isomorph.spec.Model;

/**
 * Baichuan 2's NormHead, which divides each row of its weight by the row's length whenever it runs,
 * is a plain head whose weight was divided once.
 */
final class NormalisedHead implements Adjustment {
  @Override
  public String law() {
    return "A head that is normalised whenever it runs is a plain head that was normalised once: rounded.";
  }

  @Override
  public List<Step> toward(Model model, Model nearest) {
    boolean folds =
        model.lm().map(Head.Lm::isNormalised).orElse(false)
            && nearest.lm().isPresent()
            && !nearest.lm().get().isNormalised();
    if (!folds) return List.of();
    List<Step> steps = new ArrayList<>();
    // A tied head shares its weight with the token table, which must not be normalised.
    if (model.lm().map(Head.Lm::isTied).orElse(false)) steps.add(HeadTying.untied(model));
    Model apart = steps.isEmpty() ? model : steps.getFirst().model();
    Transform rows = new UnitRows();
    steps.add(
        new Step(
            "fold the normalised head into its weight: " + rows.rounding(),
            Outcome.ROUNDED,
            Rewrite.lm(apart, lm -> lm.normalised(false)),
            Map.of("head.weight", new Change.Computed(rows)),
            List.of()));
    return steps;
  }
}
