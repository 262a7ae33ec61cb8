package org.isomorph.debug.hypothesis;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.isomorph.spec.Latent;
import org.isomorph.spec.Model;
import org.isomorph.spec.Norm;

/** Mistakes in what norms compute. */
final class NormHypotheses {
  private static final List<Double> EPSILONS = List.of(1e-5, 1e-6, 1e-8, 1e-12, 1e-3);

  private NormHypotheses() {}

  /** The number that norms add to a variance. */
  static Stream<Guess> epsilon(Scene scene) {
    if (!scene.isAt(Set.of("norm.out", "embed.out", "q", "k", "logits"))) return Stream.empty();
    Set<Double> tried = new LinkedHashSet<>(epsilons(scene.other()));
    tried.addAll(EPSILONS);
    boolean within = !scene.mixers(Latent.class).isEmpty();
    return tried.stream()
        .flatMap(eps -> {
          UnaryOperator<Norm> with = norm -> with(norm, eps);
          String name = "norm epsilon " + Words.number(eps);
          Stream<Guess> all = Guess.changed(scene, name, model -> Edits.norms(model, with));
          // Latents have norms of their own, and in some families an epsilon of their own.
          Stream<Guess> outer =
              within
                  ? Guess.changed(
                      scene, name + ", latents apart", model -> Edits.branchNorms(model, with))
                  : Stream.empty();
          return Stream.concat(all, outer);
        });
  }

  private static Norm with(Norm norm, double eps) {
    return switch (norm) {
      case Norm.Rms rms -> new Norm.Rms(eps, rms.gain());
      case Norm.Layer layer -> new Norm.Layer(eps, layer.gain(), layer.bias());
      default -> norm;
    };
  }

  private static List<Double> epsilons(Model model) {
    return model.towers().stream()
        .flatMap(tower -> tower.layers())
        .flatMap(block -> block.residuals().stream())
        .flatMap(residual -> residual.branches().stream())
        .flatMap(branch ->
            switch (branch.norm()) {
              case Norm.Rms rms -> Stream.of(rms.eps());
              case Norm.Layer layer -> Stream.of(layer.eps());
              default -> Stream.<Double>empty();
            })
        .distinct()
        .toList();
  }
}
