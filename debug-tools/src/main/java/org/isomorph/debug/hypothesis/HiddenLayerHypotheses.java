package org.isomorph.debug.hypothesis;

import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.isomorph.spec.Activation;
import org.isomorph.spec.Dense;
import org.isomorph.spec.FeedForward;
import org.isomorph.spec.Gated;
import org.isomorph.spec.Mixer;
import org.isomorph.spec.Mixture;
import org.isomorph.spec.Router;

/** Mistakes in what a feed-forward layer computes, and in who of its experts does. */
final class HiddenLayerHypotheses {
  private HiddenLayerHypotheses() {}

  /** The function between the two maps of a hidden layer. */
  static Stream<Guess> activation(Scene scene) {
    if (!scene.isAt(Set.of("act"))) return Stream.empty();
    return Stream.of(Activation.values())
        .flatMap(activation ->
            Guess.changed(
                scene,
                "activation " + activation,
                model -> Edits.mixers(model, mixer -> activated(mixer, activation))));
  }

  private static Mixer activated(Mixer mixer, Activation activation) {
    return switch (mixer) {
      case FeedForward.Single single -> activated(single, activation);
      case Mixture mixture ->
          new Mixture(
              mixture.experts(),
              mixture.topK(),
              activated(mixture.expert(), activation),
              mixture
                  .shared()
                  .map(shared ->
                      new Mixture.Shared(activated(shared.layer(), activation), shared.gated())),
              mixture.router());
      default -> mixer;
    };
  }

  private static FeedForward.Single activated(FeedForward.Single layer, Activation activation) {
    return switch (layer) {
      case Gated gated -> new Gated(gated.hidden(), activation, gated.bias());
      case Dense dense -> new Dense(dense.hidden(), activation, dense.bias());
    };
  }

  /** How experts' weights are made of scores. */
  static Stream<Guess> router(Scene scene) {
    if (scene.mixers(Mixture.class).isEmpty() || !scene.isAt(Set.of("router")))
      return Stream.empty();
    return Stream.of(
            routed(scene, "expert weights not divided by their sum", false),
            routed(scene, "expert weights divided by their sum", true),
            routers(
                scene,
                "routing scale left out",
                router ->
                    switch (router) {
                      case Router.Softmax softmax -> new Router.Softmax(softmax.renormalise(), 1);
                      case Router.Grouped grouped ->
                          new Router.Grouped(
                              grouped.score(),
                              grouped.groups(),
                              grouped.topGroups(),
                              grouped.renormalise(),
                              1,
                              grouped.correctionBias());
                      default -> router;
                    }),
            Guess.changed(
                scene,
                "one expert fewer a token",
                model ->
                    Edits.mixers(
                        model,
                        mixer ->
                            mixer instanceof Mixture mixture && mixture.topK() > 1
                                ? new Mixture(
                                    mixture.experts(),
                                    mixture.topK() - 1,
                                    mixture.expert(),
                                    mixture.shared(),
                                    mixture.router())
                                : mixer)))
        .flatMap(each -> each);
  }

  private static Stream<Guess> routed(Scene scene, String mistake, boolean renormalise) {
    return routers(
        scene,
        mistake,
        router ->
            switch (router) {
              case Router.Softmax softmax -> new Router.Softmax(renormalise, softmax.scale());
              case Router.Grouped grouped -> grouped.renormalise(renormalise);
              default -> router;
            });
  }

  private static Stream<Guess> routers(
      Scene scene, String mistake, Function<Router, Router> change) {
    return Guess.changed(
        scene,
        mistake,
        model ->
            Edits.mixers(
                model,
                mixer ->
                    mixer instanceof Mixture mixture
                        ? mixture.router(change.apply(mixture.router()))
                        : mixer));
  }
}
