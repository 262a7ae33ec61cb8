package org.isomorph.convert;

import java.util.List;
import java.util.Map;
import org.isomorph.layout.Layout;
import org.isomorph.spec.Model;
import org.isomorph.spec.Parameters;

/** A head tied to the token table is one whose weight equals the table. */
final class HeadTying implements Adjustment {
  private static final String HEAD = "head.weight";

  @Override
  public String law() {
    return "A head that is tied to the token table is a head with an equal weight: it is stored, and tied where the two are equal.";
  }

  @Override
  public List<Step> toward(Model model, Model nearest) {
    if (model.lm().isEmpty() || nearest.lm().isEmpty()) return List.of();
    boolean tied = model.lm().get().isTied();
    if (tied == nearest.lm().get().isTied()) return List.of();
    return List.of(tied ? untied(model) : tied(model));
  }

  @Override
  public List<Step> reductions(Model model) {
    boolean apart = model.lm().isPresent() && !model.lm().get().isTied();
    return apart ? List.of(tied(model)) : List.of();
  }

  private static Step tied(Model model) {
    return new Step(
        "tie the head to the token table, which it equals",
        Outcome.EXACT,
        Rewrite.lm(model, lm -> lm.tied(true)),
        Map.of(),
        List.of(new Claim.Same(HEAD, table(model))));
  }

  /** The step that gives a tied head a weight of its own. */
  static Step untied(Model model) {
    return new Step(
        "store the tied head as a copy of the token table",
        Outcome.EXACT,
        Rewrite.lm(model, lm -> lm.tied(false)),
        Map.of(HEAD, new Change.Arranged(Layout.leaf(table(model)))),
        List.of());
  }

  private static String table(Model model) {
    return Parameters.headTable(model).orElseThrow();
  }
}
