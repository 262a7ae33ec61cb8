package org.isomorph.convert;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.isomorph.spec.Block;
import org.isomorph.spec.Branch;
import org.isomorph.spec.Head;
import org.isomorph.spec.Mixer;
import org.isomorph.spec.Model;
import org.isomorph.spec.Residual;
import org.isomorph.spec.Run;
import org.isomorph.spec.Tower;

/** Models with one kind of part changed wherever it occurs. */
final class Rewrite {
  private Rewrite() {}

  /** The same model with every mixer of every layer changed. */
  static Model mixers(Model model, UnaryOperator<Mixer> change) {
    return mixers(model, model, (mixer, _) -> change.apply(mixer));
  }

  /**
   * The same model with every mixer changed in view of the one that stands in its place in another
   * model. Those that have no counterpart stay.
   */
  static Model mixers(Model model, Model other, BinaryOperator<Mixer> change) {
    return blocks(model, other, (block, theirs) -> mixers(block, theirs, change));
  }

  private static Block mixers(Block block, Block other, BinaryOperator<Mixer> change) {
    List<Mixer> theirs = other.mixers().toList();
    if (block.mixers().count() != theirs.size()) return block;
    List<Residual> residuals = new ArrayList<>();
    int next = 0;
    for (Residual residual : block.residuals()) {
      List<Branch> branches = new ArrayList<>();
      for (Branch branch : residual.branches())
        branches.add(new Branch(branch.norm(), change.apply(branch.mixer(), theirs.get(next++))));
      residuals.add(new Residual(residual.placement(), branches));
    }
    return new Block(residuals);
  }

  /** The same model with every block changed in view of its counterpart in another model. */
  static Model blocks(Model model, Model other, BinaryOperator<Block> change) {
    boolean single = model.towers().size() == 1 && other.towers().size() == 1;
    List<Tower> towers =
        model.towers().stream()
            .map(tower ->
                (single ? Optional.of(other.last()) : other.tower(tower.name()))
                    .map(theirs -> blocks(tower, theirs, change))
                    .orElse(tower))
            .toList();
    Optional<Block> theirs = other.nextTokens().flatMap(Head.NextTokens::block);
    List<Head> heads = model.heads().stream().map(head -> further(head, theirs, change)).toList();
    // To build a model is to check it: most laws change nothing.
    return towers.equals(model.towers()) && heads.equals(model.heads())
        ? model
        : new Model(model.name(), towers, heads, model.roles(), model.context());
  }

  private static Head further(Head head, Optional<Block> other, BinaryOperator<Block> change) {
    return head instanceof Head.NextTokens next
        ? new Head.NextTokens(
            next.depth(), next.block().map(block -> change.apply(block, other.orElse(block))))
        : head;
  }

  /** Each pair of runs that overlap is looked at once, however many layers they have. */
  private static Tower blocks(Tower tower, Tower other, BinaryOperator<Block> change) {
    List<Run> runs = new ArrayList<>();
    boolean changed = false;
    long layer = 0, end = 0, otherEnd = 0;
    int next = 0, otherNext = 0;
    long depth = Math.min(tower.depth(), other.depth());
    while (layer < depth) {
      if (layer == end) end += tower.runs().get(next++).count();
      if (layer == otherEnd) otherEnd += other.runs().get(otherNext++).count();
      long until = Math.min(end, otherEnd);
      Block block = tower.runs().get(next - 1).block();
      Block result = change.apply(block, other.runs().get(otherNext - 1).block());
      changed |= !result.equals(block);
      runs.add(new Run(until - layer, result));
      layer = until;
    }
    if (!changed) return tower;
    if (layer < end) runs.add(new Run(end - layer, tower.runs().get(next - 1).block()));
    runs.addAll(tower.runs().subList(next, tower.runs().size()));
    return new Tower(
        tower.name(), tower.dim(), tower.mask(), tower.input(), runs, tower.norm(), tower.cache());
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
