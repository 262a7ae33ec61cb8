package org.isomorph.convert;

import java.util.List;
import org.isomorph.spec.Dense;
import org.isomorph.spec.FeedForward;
import org.isomorph.spec.Gated;
import org.isomorph.spec.Mixer;
import org.isomorph.spec.Mixture;
import org.isomorph.spec.Model;

/** A feed-forward layer without biases is one whose biases are zero; so is an expert. */
final class FeedForwardBias implements Adjustment {
  private static final String WHAT = "feed-forward biases";

  @Override
  public String law() {
    return "A feed-forward layer without biases is one with biases of zeros.";
  }

  @Override
  public List<Step> toward(Model model, Model nearest) {
    Model other = Rewrite.mixers(model, nearest, FeedForwardBias::toward);
    return other.equals(model) ? List.of() : List.of(Zeros.step(WHAT, model, other));
  }

  private static Mixer toward(Mixer ours, Mixer theirs) {
    if (ours instanceof FeedForward.Single a && theirs instanceof FeedForward.Single b)
      return biased(a, b.bias());
    if (ours instanceof Mixture a && theirs instanceof Mixture b)
      return biased(a, b.expert().bias());
    return ours;
  }

  @Override
  public List<Step> reductions(Model model) {
    Model other = Rewrite.mixers(model, FeedForwardBias::unbiased);
    return other.equals(model) ? List.of() : List.of(Zeros.step(WHAT, model, other));
  }

  private static Mixer unbiased(Mixer mixer) {
    if (mixer instanceof FeedForward.Single layer && layer.bias()) return biased(layer, false);
    return mixer instanceof Mixture mixture && mixture.expert().bias()
        ? biased(mixture, false)
        : mixer;
  }

  private static FeedForward.Single biased(FeedForward.Single layer, boolean biased) {
    if (layer.bias() == biased) return layer;
    return switch (layer) {
      case Dense dense -> new Dense(dense.hidden(), dense.activation(), biased);
      case Gated gated -> new Gated(gated.hidden(), gated.activation(), biased);
    };
  }

  private static Mixture biased(Mixture mixture, boolean biased) {
    return new Mixture(
        mixture.experts(),
        mixture.topK(),
        biased(mixture.expert(), biased),
        mixture.shared(),
        mixture.router());
  }
}
