package org.isomorph.megatron;

import java.util.function.LongPredicate;
import org.isomorph.spec.Block;
import org.isomorph.spec.FeedForward;
import org.isomorph.spec.Gated;
import org.isomorph.spec.Head;
import org.isomorph.spec.Latent;
import org.isomorph.spec.Mixer;
import org.isomorph.spec.Mixture;
import org.isomorph.spec.Model;

/**
 * The little of a model, and of how it is implemented, that names and cuts of its tensors depend
 * on.
 *
 * @param gated whether feed-forward layers have a gate
 * @param tied whether the head is the token table
 * @param latent whether attention is latent
 * @param experts the experts of a mixture; 0 if there is none
 * @param isMixture whether a layer is one
 * @param implementation which of Megatron's layers
 * @param modules how experts are modules
 */
record Form(
    boolean gated,
    boolean tied,
    boolean latent,
    long experts,
    LongPredicate isMixture,
    Implementation implementation,
    Experts modules) {
  static Form of(Model model, Implementation implementation, Experts modules) {
    return new Form(
        model.last().layers().flatMap(Block::mixers).anyMatch(Form::isGated),
        model.lm().map(Head.Lm::isTied).orElse(false),
        model.last().has(Latent.class),
        model
            .last()
            .layers()
            .flatMap(Block::mixers)
            .filter(Mixture.class::isInstance)
            .mapToLong(mixer -> ((Mixture) mixer).experts())
            .max()
            .orElse(0),
        layer -> model.last().layer(layer).has(Mixture.class),
        implementation,
        modules);
  }

  private static boolean isGated(Mixer mixer) {
    return switch (mixer) {
      case Mixture mixture -> mixture.expert() instanceof Gated;
      case FeedForward layer -> layer instanceof Gated;
      default -> false;
    };
  }

  Form implemented(Implementation by, Experts how) {
    return new Form(gated, tied, latent, experts, isMixture, by, how);
  }

  /**
   * Megatron's own layers cut the projections into latents; TransformerEngine's have them whole.
   */
  boolean cutsDownProjections() {
    return implementation == Implementation.LOCAL;
  }
}
