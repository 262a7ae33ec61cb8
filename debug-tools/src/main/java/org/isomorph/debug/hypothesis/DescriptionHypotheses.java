package org.isomorph.debug.hypothesis;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.isomorph.spec.Activation;
import org.isomorph.spec.Attention;
import org.isomorph.spec.Dense;
import org.isomorph.spec.FeedForward;
import org.isomorph.spec.Gated;
import org.isomorph.spec.Head;
import org.isomorph.spec.Heads;
import org.isomorph.spec.Latent;
import org.isomorph.spec.Mask;
import org.isomorph.spec.Mixer;
import org.isomorph.spec.Mixture;
import org.isomorph.spec.Model;
import org.isomorph.spec.Norm;
import org.isomorph.spec.RelativePosition;
import org.isomorph.spec.Rope;
import org.isomorph.spec.RopeScaling;
import org.isomorph.spec.Router;
import org.isomorph.spec.SpecException;
import org.isomorph.spec.Tokens;

/**
 * Mistakes in what is computed from the right weights. Each tries what the other side's description
 * says, where it says something else, and then the usual values.
 */
final class DescriptionHypotheses {
  private static final List<Double> EPSILONS = List.of(1e-5, 1e-6, 1e-8, 1e-12, 1e-3);
  private static final List<Double> THETAS = List.of(1e4, 5e5, 1e6, 1e5, 2.5e5);
  private static final Set<String> SCORES = Set.of("scores", "probs");

  private DescriptionHypotheses() {}

  /** The number that norms add to a variance. */
  static Stream<Guess> epsilon(Scene scene) {
    if (!scene.isAt(Set.of("norm.out", "embed.out", "q", "k", "logits"))) return Stream.empty();
    Set<Double> tried = new LinkedHashSet<>(epsilons(scene.other()));
    tried.addAll(EPSILONS);
    boolean within = !scene.mixers(Latent.class).isEmpty();
    return tried.stream()
        .flatMap(eps -> {
          UnaryOperator<Norm> with = norm -> with(norm, eps);
          String name = "norm epsilon " + number(eps);
          Stream<Guess> all = changed(scene, name, model -> Edits.norms(model, with));
          // Latents have norms of their own, and in some families an epsilon of their own.
          Stream<Guess> outer =
              within
                  ? changed(
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

  /** The base of rotary frequencies. */
  static Stream<Guess> theta(Scene scene) {
    if (!isRotary(scene)) return Stream.empty();
    Set<Double> tried = new LinkedHashSet<>();
    ropes(scene.other()).forEach(rope -> tried.add(rope.theta()));
    tried.addAll(THETAS);
    return tried.stream()
        .flatMap(theta ->
            changed(
                scene,
                "rope theta " + number(theta),
                model ->
                    Edits.ropes(
                        model,
                        rope ->
                            new Rope(
                                theta,
                                rope.dim(),
                                rope.pairing(),
                                rope.axes(),
                                rope.spacing(),
                                rope.scaling()))));
  }

  /** Which components rotate together, how many do, and whether any does. */
  static Stream<Guess> rotation(Scene scene) {
    if (!isRotary(scene)) return Stream.empty();
    Stream<Guess> pairing =
        changed(
            scene,
            "rotary pairs of the other kind (halves, neighbours)",
            model ->
                Edits.ropes(
                    model,
                    rope ->
                        new Rope(
                            rope.theta(),
                            rope.dim(),
                            rope.pairing() == Rope.Pairing.HALVES
                                ? Rope.Pairing.PAIRS
                                : Rope.Pairing.HALVES,
                            rope.axes(),
                            rope.spacing(),
                            rope.scaling())));
    Stream<Guess> none =
        changed(
            scene,
            "no rotary positions",
            model -> Edits.heads(model, heads -> heads.position(RelativePosition.NONE)));
    Stream<Guess> unscaled =
        changed(
            scene,
            "rope scaling left out",
            model -> Edits.ropes(model, rope -> rope.scaled(RopeScaling.NONE)));
    Stream<Guess> partial =
        Stream.of(1.0, 0.5, 0.25)
            .flatMap(part ->
                changed(
                    scene,
                    number(part) + " of a head rotated",
                    model ->
                        Edits.heads(
                            model,
                            heads ->
                                heads.position() instanceof Rope rope
                                    ? heads.position(rope.dim((long) (part * heads.headDim())))
                                    : heads)));
    Stream<Guess> others =
        ropes(scene.other()).stream()
            .flatMap(
                rope -> changed(scene, "rotation " + rope, model -> Edits.ropes(model, _ -> rope)));
    return Stream.of(pairing, none, unscaled, partial, others).flatMap(each -> each);
  }

  private static boolean isRotary(Scene scene) {
    return scene.isAt(Set.of("q.rope", "k.rope", "scores", "probs"))
        && !ropes(scene.model()).isEmpty();
  }

  private static List<Rope> ropes(Model model) {
    return model.towers().stream()
        .flatMap(tower -> tower.layers())
        .flatMap(block -> block.mixers())
        .flatMap(mixer ->
            switch (mixer) {
              case Heads heads when heads.position() instanceof Rope rope -> Stream.of(rope);
              case Latent latent -> Stream.of(latent.rope());
              default -> Stream.<Rope>empty();
            })
        .distinct()
        .toList();
  }

  /** What query-key products are multiplied by. */
  static Stream<Guess> attentionScale(Scene scene) {
    if (!scene.isAt(SCORES)) return Stream.empty();
    Set<Double> tried = new LinkedHashSet<>();
    attentions(scene.other()).forEach(each -> tried.add(each.scale()));
    long dim = scene.tower().map(tower -> tower.dim()).orElse(1L);
    attentions(scene.model())
        .forEach(each -> {
          double width =
              each instanceof Heads heads
                  ? (double) heads.headDim()
                  : (double) ((Latent) each).queryHeadDim();
          tried.addAll(List.of(1.0, 1 / width, 1 / Math.sqrt((double) dim), 1 / Math.sqrt(width)));
          tried.add(1 / Math.sqrt((double) dim / each.heads()));
          if (each instanceof Latent latent) tried.add(1 / Math.sqrt((double) latent.nopeDim()));
        });
    return tried.stream()
        .flatMap(scale ->
            changed(
                scene,
                "attention scale " + number(scale),
                model ->
                    Edits.mixers(
                        model,
                        mixer ->
                            switch (mixer) {
                              case Heads heads -> heads.scale(scale);
                              case Latent latent -> latent.scale(scale);
                              default -> mixer;
                            })));
  }

  private static List<Attention> attentions(Model model) {
    return model.towers().stream()
        .flatMap(tower -> tower.layers())
        .flatMap(block -> block.mixers())
        .flatMap(mixer ->
            mixer instanceof Attention attention ? Stream.of(attention) : Stream.<Attention>empty())
        .distinct()
        .toList();
  }

  /** What else is done with scores: their cap, their sink, their positions. */
  static Stream<Guess> scores(Scene scene) {
    if (!scene.isAt(SCORES)) return Stream.empty();
    List<Stream<Guess>> guesses = new ArrayList<>();
    guesses.add(
        changed(
            scene,
            "cap of attention scores left out",
            model ->
                Edits.heads(
                    model,
                    heads ->
                        new Heads(
                            heads.heads(),
                            heads.keyValueHeads(),
                            heads.headDim(),
                            heads.bias(),
                            heads.position(),
                            heads.window(),
                            heads.qkNorm(),
                            OptionalDouble.empty(),
                            heads.scale(),
                            heads.sink(),
                            heads.logn(),
                            heads.keyValues()))));
    for (Attention each : attentions(scene.other()))
      if (each instanceof Heads theirs) {
        guesses.add(
            changed(
                scene,
                "attention positions " + theirs.position(),
                model -> Edits.heads(model, heads -> heads.position(theirs.position()))));
        guesses.add(
            changed(
                scene,
                "attention sink " + theirs.sink(),
                model -> Edits.heads(model, heads -> heads.sink(theirs.sink()))));
      }
    return guesses.stream().flatMap(each -> each);
  }

  /** The keys that a query sees. */
  static Stream<Guess> window(Scene scene) {
    if (!scene.isAt(Set.of("probs"))) return Stream.empty();
    Set<OptionalLong> tried = new LinkedHashSet<>();
    for (Attention each : attentions(scene.other()))
      if (each instanceof Heads heads) tried.add(heads.window());
    tried.add(OptionalLong.empty());
    for (Attention each : attentions(scene.model()))
      if (each instanceof Heads heads && heads.window().isPresent()) {
        long keys = heads.window().getAsLong();
        tried.add(OptionalLong.of(keys + 1));
        if (keys > 1) tried.add(OptionalLong.of(keys - 1));
      }
    return tried.stream()
        .flatMap(keys ->
            changed(
                scene,
                keys.isPresent()
                    ? "attention window of " + keys.getAsLong()
                    : "attention window left out",
                model -> Edits.heads(model, heads -> heads.window(keys))));
  }

  /** Who may attend to whom. */
  static Stream<Guess> mask(Scene scene) {
    if (!scene.isAt(Set.of("probs"))) return Stream.empty();
    return Stream.of(Mask.BIDIRECTIONAL, Mask.CAUSAL)
        .flatMap(mask ->
            changed(
                scene,
                Mask.CAUSAL.equals(mask) ? "causal mask" : "causal mask leaks: all tokens are seen",
                model -> model.towers(tower -> tower.mask(mask))));
  }

  /** The function between the two maps of a hidden layer. */
  static Stream<Guess> activation(Scene scene) {
    if (!scene.isAt(Set.of("act"))) return Stream.empty();
    return Stream.of(Activation.values())
        .flatMap(activation ->
            changed(
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
            changed(
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
    return changed(
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

  /** What looked-up vectors are multiplied by. */
  static Stream<Guess> embeddingScale(Scene scene) {
    if (!scene.piece().equals("inputs") && !scene.suspect().fault().value().endsWith("embed.out"))
      return Stream.empty();
    Set<Double> tried = new LinkedHashSet<>();
    scene.other().tokens().ifPresent(tokens -> tried.add(tokens.scale()));
    tried.add(1.0);
    scene.model().towers().forEach(tower -> tried.add(Math.sqrt((double) tower.dim())));
    return tried.stream()
        .flatMap(scale ->
            changed(
                scene,
                "embedding scale " + number(scale),
                model ->
                    model.towers(tower ->
                        tower.input() instanceof Tokens tokens
                            ? tower.input(tokens.scale(scale))
                            : tower)));
  }

  /** What is done with logits. */
  static Stream<Guess> head(Scene scene) {
    if (!scene.piece().equals("heads")) return Stream.empty();
    return Stream.of(
            changed(scene, "scale of logits left out", model -> Edits.lm(model, lm -> lm.scale(1))),
            changed(
                scene,
                "cap of logits left out",
                model ->
                    Edits.lm(
                        model,
                        lm ->
                            new Head.Lm(
                                lm.isTied(),
                                lm.bias(),
                                lm.isNormalised(),
                                lm.scale(),
                                OptionalDouble.empty()))),
            changed(
                scene,
                "head tied to the token table",
                model -> Edits.lm(model, lm -> lm.tied(true))),
            changed(
                scene,
                "rows of the head normalised, or not",
                model -> Edits.lm(model, lm -> lm.normalised(!lm.isNormalised()))))
        .flatMap(each -> each);
  }

  /** The changed description, unless the change makes no sense or no difference. */
  private static Stream<Guess> changed(Scene scene, String mistake, Function<Model, Model> change) {
    try {
      Model changed = change.apply(scene.model());
      return changed.equals(scene.model()) ? Stream.empty() : Stream.of(Guess.of(mistake, changed));
    } catch (SpecException senseless) {
      return Stream.empty();
    }
  }

  /** {@code 500000}, {@code 0.125}, {@code 1e-05}. */
  private static String number(double value) {
    BigDecimal exact = new BigDecimal(value, new MathContext(6)).stripTrailingZeros();
    boolean plain = Math.abs(value) >= 1e-4 && Math.abs(value) < 1e7;
    return plain ? exact.toPlainString() : exact.toString().replace("E", "e");
  }
}
