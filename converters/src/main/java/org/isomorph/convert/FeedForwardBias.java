package org.isomorph.convert;

import java.util.ArrayList;
import java.util.List;
import org.isomorph.spec.Dense;
import org.isomorph.spec.Gated;
import org.isomorph.spec.Mixer;
import org.isomorph.spec.Model;

/** A feed-forward layer without biases is one whose biases are zero. */
final class FeedForwardBias implements Adjustment {
  @Override
  public List<Step> steps(Model model) {
    List<Step> steps = new ArrayList<>();
    for (boolean biased : new boolean[] {false, true}) {
      Model other = Rewrite.mixers(model, mixer -> biased(mixer, biased));
      if (!other.equals(model)) steps.add(Biases.step("feed-forward", model, other));
    }
    return steps;
  }

  private static Mixer biased(Mixer mixer, boolean biased) {
    return switch (mixer) {
      case Dense dense -> new Dense(dense.hidden(), dense.activation(), biased);
      case Gated gated -> new Gated(gated.hidden(), gated.activation(), biased);
      default -> mixer;
    };
  }
}
