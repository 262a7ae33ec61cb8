package org.isomorph.debug.hypothesis;

import java.util.function.UnaryOperator;
import org.isomorph.spec.Block;
import org.isomorph.spec.Branch;
import org.isomorph.spec.Head;
import org.isomorph.spec.Heads;
import org.isomorph.spec.Latent;
import org.isomorph.spec.Mixer;
import org.isomorph.spec.Model;
import org.isomorph.spec.Norm;
import org.isomorph.spec.QkNorm;
import org.isomorph.spec.Residual;
import org.isomorph.spec.Rope;
import org.isomorph.spec.Tokens;

/** Descriptions with one point changed wherever it occurs. */
final class Edits {
  private Edits() {}

  static Model mixers(Model model, UnaryOperator<Mixer> change) {
    return branches(model, branch -> new Branch(branch.norm(), change.apply(branch.mixer())));
  }

  /** Attention with queries and keys of each head. */
  static Model heads(Model model, UnaryOperator<Heads> change) {
    return mixers(model, mixer -> mixer instanceof Heads heads ? change.apply(heads) : mixer);
  }

  /** All rotary positions. */
  static Model ropes(Model model, UnaryOperator<Rope> change) {
    return mixers(
        model,
        mixer ->
            switch (mixer) {
              case Heads heads when heads.position() instanceof Rope rope ->
                  heads.position(change.apply(rope));
              case Latent latent -> latent.rope(change.apply(latent.rope()));
              default -> mixer;
            });
  }

  /** The norms in front of branches, not those within them. */
  static Model branchNorms(Model model, UnaryOperator<Norm> change) {
    return branches(model, branch -> new Branch(change.apply(branch.norm()), branch.mixer()));
  }

  /** All norms: of branches, of heads, of latents, of inputs and the last one. */
  static Model norms(Model model, UnaryOperator<Norm> change) {
    Model inner =
        branches(
            model,
            branch ->
                new Branch(
                    change.apply(branch.norm()),
                    switch (branch.mixer()) {
                      case Heads heads ->
                          heads.qkNorm(
                              heads
                                  .qkNorm()
                                  .map(qk -> new QkNorm(change.apply(qk.norm()), qk.across())));
                      case Latent latent -> latent.norm(change.apply(latent.norm()));
                      default -> branch.mixer();
                    }));
    return inner.towers(tower ->
        (tower.input() instanceof Tokens tokens
                ? tower.input(tokens.norm(change.apply(tokens.norm())))
                : tower)
            .finalNorm(change.apply(tower.norm())));
  }

  static Model lm(Model model, UnaryOperator<Head.Lm> change) {
    return model.heads(
        model.heads().stream()
            .map(head -> head instanceof Head.Lm lm ? change.apply(lm) : head)
            .toList());
  }

  private static Model branches(Model model, UnaryOperator<Branch> change) {
    return model.towers(tower ->
        tower.blocks(block ->
            new Block(
                block.residuals().stream()
                    .map(residual ->
                        new Residual(
                            residual.placement(),
                            residual.branches().stream().map(change).toList()))
                    .toList())));
  }
}
