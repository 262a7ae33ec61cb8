package org.isomorph.convert;

import java.util.List;
import java.util.function.UnaryOperator;
import org.isomorph.spec.Block;
import org.isomorph.spec.Branch;
import org.isomorph.spec.Head;
import org.isomorph.spec.Mixer;
import org.isomorph.spec.Model;
import org.isomorph.spec.Residual;

/** Models with one kind of part changed wherever it occurs. */
final class Rewrite {
  private Rewrite() {}

  /** The same model with every mixer of every layer changed. */
  static Model mixers(Model model, UnaryOperator<Mixer> change) {
    return model.towers(tower -> tower.blocks(block -> mixers(block, change)));
  }

  private static Block mixers(Block block, UnaryOperator<Mixer> change) {
    return new Block(
        block.residuals().stream()
            .map(residual ->
                new Residual(
                    residual.placement(),
                    residual.branches().stream()
                        .map(branch -> new Branch(branch.norm(), change.apply(branch.mixer())))
                        .toList()))
            .toList());
  }

  /** The same model with another language model head. */
  static Model lm(Model model, UnaryOperator<Head.Lm> change) {
    List<Head> heads =
        model.heads().stream()
            .map(head -> head instanceof Head.Lm lm ? change.apply(lm) : head)
            .toList();
    return model.heads(heads);
  }
}
