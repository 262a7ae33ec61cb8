package org.isomorph.convert;

import java.util.List;
import java.util.Optional;
import org.isomorph.spec.Mixer;
import org.isomorph.spec.Mixture;
import org.isomorph.spec.Model;

/** A mixture without an expert that every token passes is one where that expert gives zeros. */
final class SharedExpert implements Adjustment {
  @Override
  public String law() {
    return "A mixture without a layer that every token passes is one with such a layer of zeros, which is left out again where it is that.";
  }

  @Override
  public List<Step> toward(Model model, Model nearest) {
    Model other = Rewrite.mixers(model, nearest, SharedExpert::toward);
    return other.equals(model)
        ? List.of()
        : List.of(Zeros.step("experts that every token passes", model, other));
  }

  private static Mixer toward(Mixer ours, Mixer theirs) {
    return ours instanceof Mixture a
            && theirs instanceof Mixture b
            && a.shared().isPresent() != b.shared().isPresent()
        ? shared(a, b.shared())
        : ours;
  }

  @Override
  public List<Step> reductions(Model model) {
    Model other =
        Rewrite.mixers(
            model,
            mixer -> mixer instanceof Mixture mixture ? shared(mixture, Optional.empty()) : mixer);
    return other.equals(model)
        ? List.of()
        : List.of(Zeros.step("experts that every token passes", model, other));
  }

  private static Mixture shared(Mixture mixture, Optional<Mixture.Shared> layer) {
    return new Mixture(
        mixture.experts(), mixture.topK(), mixture.expert(), layer, mixture.router());
  }
}
