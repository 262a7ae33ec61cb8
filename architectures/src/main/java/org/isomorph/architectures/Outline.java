package org.isomorph.architectures;

import java.util.List;
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
 * @param tower its last tower
 * @param heads the first attention with plain heads
 * @param ffn the first feed-forward layer, or a mixture's expert
 * @param eps the first norm's
 * @param rope the first attention's rotation
 * @param tied whether the head is
 */
record Outline(
    Model model,
    Tower tower,
    Heads heads,
    FeedForward.Single ffn,
    double eps,
    Rope rope,
    boolean tied) {
  static Outline of(Model model) {
    Tower tower = model.last();
    List<Mixer> mixers =
        tower.runs().stream().map(Run::block).flatMap(block -> block.mixers()).toList();
    Heads heads = first(mixers, Heads.class, Dsl.mha(1).resolved(tower.dim()));
    Mixture mixture = first(mixers, Mixture.class, Dsl.moe(1, 1, Dsl.swiglu(1)));
    FeedForward.Single ffn = first(mixers, FeedForward.Single.class, mixture.expert());
    Norm norm =
        tower.runs().isEmpty()
            ? Norm.NONE
            : tower.runs().getFirst().block().residuals().getFirst().branches().getFirst().norm();
    double eps =
        switch (norm) {
          case Norm.Rms rms -> rms.eps();
          case Norm.Layer layer -> layer.eps();
          case Norm.Special _ -> 1e-6;
        };
    Rope rope = heads.position() instanceof Rope rotary ? rotary : Dsl.rope(10_000);
    return new Outline(
        model, tower, heads, ffn, eps, rope, model.lm().map(Head.Lm::isTied).orElse(false));
  }

  private static <M extends Mixer> M first(List<Mixer> mixers, Class<M> kind, M otherwise) {
    return mixers.stream().filter(kind::isInstance).map(kind::cast).findFirst().orElse(otherwise);
  }

  /** Rows of the token table. */
  long vocabulary() {
    return model.tokens().map(Tokens::vocabulary).orElse(1L);
  }
}
