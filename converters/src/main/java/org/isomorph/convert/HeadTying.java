package org.isomorph.convert;

import java.util.List;
import java.util.Map;
import org.isomorph.layout.Layout;
import org.isomorph.spec.Head;
import org.isomorph.spec.Model;
import org.isomorph.spec.Parameters;

/** A head tied to the token table is one whose weight equals the table. */
final class HeadTying implements Adjustment {
  private static final String HEAD = "head.weight";

  @Override
  public List<Step> steps(Model model) {
    if (model.lm().isEmpty()) return List.of();
    String table = Parameters.headTable(model).orElseThrow();
    Model other = Rewrite.lm(model, lm -> lm.tied(!lm.isTied()));
    boolean tied = model.lm().map(Head.Lm::isTied).orElse(false);
    return List.of(
        tied
            ? new Step(
                "store the tied head as a copy of the token table",
                Outcome.EXACT,
                other,
                Map.of(HEAD, new Change.Arranged(Layout.leaf(table))),
                List.of())
            : new Step(
                "tie the head to the token table, which it equals",
                Outcome.EXACT,
                other,
                Map.of(),
                List.of(new Claim.Same(HEAD, table))));
  }
}
