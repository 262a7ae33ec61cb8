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
    return "So is a feed-forward layer, or an expert, without biases.";
  }

  @Override
  public List<Step> toward(Model model, Model nearest) {
    Model other = Rewrite.mixers(model, nearest, FeedForwardBias::toward);
    return other.equals(model) ? List.of() : List.of(Zeros.step(WHAT, model, other));
  }

  private static Mixer toward(Mixer ours, Mixer theirs) {
    return ours instanceof FeedForward a && theirs instanceof FeedForward b
        ? biased(a, isBiased(b))
        : ours;
  }

  @Override
  public List<Step> reductions(Model model) {
    Model other = Rewrite.mixers(model, FeedForwardBias::unbiased);
    return other.equals(model) ? List.of() : List.of(Zeros.step(WHAT, model, other));
  }

  private static Mixer unbiased(Mixer mixer) {
    return mixer instanceof FeedForward layer ? biased(layer, false) : mixer;
  }

  private static boolean isBiased(FeedForward layer) {
    return switch (layer) {
      case FeedForward.Single single -> single.bias();
      case Mixture mixture -> mixture.expert().bias();
    };
  }

  private static FeedForward biased(FeedForward layer, boolean biased) {
    if (isBiased(layer) == biased) return layer;
    return switch (layer) {
      case FeedForward.Single single -> biased(single, biased);
      case Mixture mixture -> biased(mixture, biased);
    };
  }

  private static FeedForward.Single biased(FeedForward.Single layer, boolean biased) {
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
