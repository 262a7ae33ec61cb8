package org.isomorph.convert;

import java.util.List;
import java.util.Map;
import org.isomorph.spec.Model;

/**
 * Baichuan 2's NormHead, which divides each row of its weight by the row's length whenever it runs,
 * is a plain head whose weight was divided once.
 */
final class NormalisedHead implements Adjustment {
  @Override
  public List<Step> steps(Model model) {
    // A tied head shares its weight with the token table, which must not be normalised: it is
    // untied first.
    if (model.lm().isEmpty() || !model.lm().get().isNormalised() || model.lm().get().isTied())
      return List.of();
    Transform rows = new UnitRows();
    return List.of(
        new Step(
            "fold the normalised head into its weight: " + rows.rounding(),
            Outcome.ROUNDED,
            Rewrite.lm(model, lm -> lm.normalised(false)),
            Map.of("head.weight", new Change.Computed(rows)),
            List.of()));
  }
}
