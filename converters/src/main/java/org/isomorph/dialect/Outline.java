package org.isomorph.dialect;

import org.isomorph.spec.AbsolutePosition;
import org.isomorph.spec.Block;
import org.isomorph.spec.Dsl;
import org.isomorph.spec.FeedForward;
import org.isomorph.spec.Head;
import org.isomorph.spec.Heads;
import org.isomorph.spec.Mixer;
import org.isomorph.spec.Mixture;
import org.isomorph.spec.Model;
import org.isomorph.spec.Norm;
import org.isomorph.spec.Rope;
import org.isomorph.spec.Run;
import org.isomorph.spec.Tokens;
import org.isomorph.spec.Tower;

/**
 * The few numbers that a decoder's configuration asks for, taken from any model, however unlike a
 * decoder it is.
 *
 * <p>It never fails: where a model has no such part, a harmless value stands in, and reading the
 * configuration back shows that it was not the model's.
 *
 * @param model the model
 * @param tower its last tower, or whichever was asked for
 * @param heads the first attention with plain heads
 * @param ffn the first feed-forward layer, or a mixture's expert
 * @param eps the first norm's
 * @param rope the first attention's rotation
 * @param tied whether the head is
 */
public record Outline(
    Model model,
    Tower tower,
    Heads heads,
    FeedForward.Single ffn,
    double eps,
    Rope rope,
    boolean tied) {
  public static Outline of(Model model) {
    return of(model, model.last());
  }

  /** As {@link #of(Model)}, of another tower than the last. */
  public static Outline of(Model model, Tower tower) {
    Heads heads = first(tower, Heads.class, Dsl.mha(1).resolved(tower.dim()));
    FeedForward.Single ffn = first(tower, FeedForward.Single.class, mixture(tower).expert());
    double eps =
        switch (norm(tower)) {
          case Norm.Rms rms -> rms.eps();
          case Norm.Layer layer -> layer.eps();
          case Norm.Special _ -> 1e-6;
        };
    Rope rope = heads.position() instanceof Rope rotary ? rotary : Dsl.rope(10_000);
    return new Outline(
        model, tower, heads, ffn, eps, rope, model.lm().map(Head.Lm::isTied).orElse(false));
  }

  private static Norm norm(Tower tower) {
    return tower.runs().isEmpty()
        ? Norm.NONE
        : tower.runs().getFirst().block().residuals().getFirst().branches().getFirst().norm();
  }

  /** The first mixture of experts of a tower, or what it has in place of one as the only expert. */
  public static Mixture mixture(Tower tower) {
    FeedForward.Single single = first(tower, FeedForward.Single.class, Dsl.swiglu(1));
    return first(tower, Mixture.class, Dsl.moe(1, 1, single));
  }

  /** The first mixer of one kind in a tower, or {@code otherwise} where it has none. */
  public static <M extends Mixer> M first(Tower tower, Class<M> kind, M otherwise) {
    return tower.runs().stream()
        .map(Run::block)
        .flatMap(Block::mixers)
        .filter(kind::isInstance)
        .map(kind::cast)
        .findFirst()
        .orElse(otherwise);
  }

  /** Rows of the token table. */
  public long vocabulary() {
    return model.tokens().map(Tokens::vocabulary).orElse(1L);
  }

  /** How many positions can be looked up, or else how long a sequence may be; at least one. */
  public long positions() {
    AbsolutePosition position = model.tokens().map(Tokens::position).orElse(AbsolutePosition.NONE);
    return position instanceof AbsolutePosition.Learned learned
        ? learned.max()
        : Math.max(1, model.context());
  }

  /** The norm before the first layer's first mixer. */
  public Norm norm() {
    return norm(tower);
  }
}
