package org.isomorph.debug.hypothesis;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.isomorph.spec.Attention;
import org.isomorph.spec.Heads;
import org.isomorph.spec.Latent;
import org.isomorph.spec.Mask;
import org.isomorph.spec.Model;

/** Mistakes between the products of queries and keys and their probabilities. */
final class ScoreHypotheses {
  private static final Set<String> SCORES = Set.of("scores", "probs");

  private ScoreHypotheses() {}

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
            Guess.changed(
                scene,
                "attention scale " + Words.number(scale),
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

  /** What else is done with scores: their cap, their sink, their positions. */
  static Stream<Guess> scores(Scene scene) {
    if (!scene.isAt(SCORES)) return Stream.empty();
    List<Stream<Guess>> guesses = new ArrayList<>();
    guesses.add(
        Guess.changed(
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
            Guess.changed(
                scene,
                "attention positions " + theirs.position(),
                model -> Edits.heads(model, heads -> heads.position(theirs.position()))));
        guesses.add(
            Guess.changed(
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
            Guess.changed(
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
            Guess.changed(
                scene,
                Mask.CAUSAL.equals(mask) ? "causal mask" : "causal mask leaks: all tokens are seen",
                model -> model.towers(tower -> tower.mask(mask))));
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
}
