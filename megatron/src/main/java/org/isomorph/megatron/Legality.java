package org.isomorph.megatron;

import org.isomorph.spec.FeedForward;
import org.isomorph.spec.Heads;
import org.isomorph.spec.Latent;
import org.isomorph.spec.Mixer;
import org.isomorph.spec.Mixture;
import org.isomorph.spec.Model;

/** Whether Megatron could run a model so spread: what must divide, does. */
final class Legality {
  private Legality() {}

  /**
   * Checks a layout.
   *
   * @throws MegatronException naming the sizes that do not fit
   */
  static void check(Model model, ParallelLayout layout) {
    boolean mixtures = model.last().has(Mixture.class);
    if (!mixtures && layout.expert() > 1)
      throw new MegatronException(
          "expert parallel size %d: the model has no mixture of experts to share out"
              .formatted(layout.expert()));
    if (!mixtures && layout.expertTensor() != layout.tensor())
      throw new MegatronException(
          "expert tensor parallel size %d: the model has no mixture of experts"
              .formatted(layout.expertTensor()));
    model.last().runs().stream()
        .flatMap(run -> run.block().mixers())
        .forEach(mixer -> check(mixer, layout));
    if (model.furtherTokens() > 0)
      divides(
          layout.tensor(),
          "units of the model's width, as further tokens' projections are cut",
          model.last().dim());
  }

  private static void check(Mixer mixer, ParallelLayout layout) {
    int ranks = layout.tensor();
    switch (mixer) {
      case Heads heads -> {
        divides(ranks, "attention heads", heads.heads());
        long groups = heads.keyValueHeads();
        if (groups % ranks != 0 && ranks % groups != 0)
          throw new MegatronException(
              "tensor parallel size %d: expected a divisor or a multiple of the %d key/value heads"
                  .formatted(ranks, groups));
      }
      case Latent latent -> divides(ranks, "attention heads", latent.heads());
      case Mixture mixture -> {
        if (mixture.experts() % layout.expert() != 0)
          throw new MegatronException(
              "expert parallel size %d: expected a divisor of the %d experts"
                  .formatted(layout.expert(), mixture.experts()));
        if (mixture.expert().hidden() % layout.expertTensor() != 0)
          throw new MegatronException(
              "expert tensor parallel size %d: expected a divisor of the experts' hidden size %d"
                  .formatted(layout.expertTensor(), mixture.expert().hidden()));
        mixture
            .shared()
            .ifPresent(
                shared -> divides(ranks, "units of the shared expert", shared.layer().hidden()));
      }
      case FeedForward.Single layer ->
          divides(ranks, "units of a feed-forward layer", layer.hidden());
      default -> {}
    }
  }

  private static void divides(int ranks, String what, long size) {
    if (size % ranks != 0)
      throw new MegatronException(
          "tensor parallel size %d: expected a divisor of the %d %s".formatted(ranks, size, what));
  }
}
