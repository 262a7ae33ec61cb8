package org.isomorph.convert;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.isomorph.spec.Head;
import org.isomorph.spec.Model;
import org.isomorph.spec.Parameters;
import org.isomorph.spec.Tokens;
import org.isomorph.spec.Tower;

/** What embeddings are multiplied by can be multiplied into the token table once. */
final class EmbeddingScale implements Adjustment {
  @Override
  public String law() {
    return "What embeddings are multiplied by can be multiplied into the token table: rounded, unless it is a power of two.";
  }

  @Override
  public List<Step> toward(Model model, Model nearest) {
    if (model.tokens().isEmpty() || nearest.tokens().isEmpty() || !isReadOnce(model))
      return List.of();
    double had = model.tokens().get().scale(), has = nearest.tokens().get().scale();
    if (had == has) return List.of();
    List<Step> steps = new ArrayList<>();
    // A head that shares the table must not be multiplied.
    if (model.lm().map(Head.Lm::isTied).orElse(false)) steps.add(HeadTying.untied(model));
    Model apart = steps.isEmpty() ? model : steps.getFirst().model();
    Scaled scaled = new Scaled(had / has);
    steps.add(
        new Step(
            "fold the embeddings' factor into the token table: " + scaled.rounding(),
            scaled.isExact() ? Outcome.EXACT : Outcome.ROUNDED,
            apart.towers(tower -> scaled(tower, has)),
            Map.of(Parameters.headTable(model).orElseThrow(), new Change.Computed(scaled)),
            List.of()));
    return steps;
  }

  private static Tower scaled(Tower tower, double scale) {
    return tower.input() instanceof Tokens tokens ? tower.input(tokens.scale(scale)) : tower;
  }

  /** Whether nothing but one tower's input reads the table, or a head that can be untied. */
  private static boolean isReadOnce(Model model) {
    long readers = model.towers().stream().filter(tower -> tower.input() instanceof Tokens).count();
    return readers == 1
        && model.heads().stream()
            .noneMatch(head -> head instanceof Head.Mlm || head instanceof Head.NextTokens);
  }
}
