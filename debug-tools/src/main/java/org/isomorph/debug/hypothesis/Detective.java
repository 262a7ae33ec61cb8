package org.isomorph.debug.hypothesis;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.isomorph.proof.Deviation;
import org.isomorph.proof.Explainer;
import org.isomorph.proof.Explanation;
import org.isomorph.proof.ParameterDifference;
import org.isomorph.proof.Suspect;

/**
 * Tries mistakes on a faulty piece. Where both sides' weights are at hand, their numbers say which
 * mistake it is; where one side is a recording, or the weights are the same, a mistake is the one
 * if with it one side computes what the other does.
 */
public final class Detective implements Explainer {
  /** Guesses that are run at most: one takes about as long as the piece. */
  private static final int MOST = 400;

  /** A guess that leaves less than this part of the fault has found something. */
  private static final double PART = 0.02;

  @Override
  public List<Explanation> explain(Suspect suspect) {
    Scene scene = new Scene(suspect);
    if (!scene.isReference())
      return byValues(scene, Hypotheses.all()).map(List::of).orElse(List.of());
    Set<String> changed = changed(scene);
    return changed.isEmpty()
        ? byValues(scene, Hypotheses.DESCRIPTIONS.stream()).map(List::of).orElse(List.of())
        : byWeights(scene, changed);
  }

  /** Parameters that differ by more than rounding. */
  private static Set<String> changed(Scene scene) {
    Set<String> changed = new LinkedHashSet<>(scene.reshaped());
    for (ParameterDifference each : scene.suspect().weights()) {
      boolean near =
          scene
              .found(each.name())
              .map(found -> Likeness.of(scene.base(each.name()), found).isNear())
              .orElse(true);
      if (!near) changed.add(each.name());
    }
    return changed;
  }

  private static List<Explanation> byWeights(Scene scene, Set<String> changed) {
    List<Explanation> found = new ArrayList<>();
    Set<String> open = new HashSet<>(changed);
    for (Hypothesis hypothesis : Hypotheses.WEIGHTS) {
      if (open.isEmpty()) break;
      hypothesis
          .guesses(scene)
          .filter(guess -> guess.weights().keySet().stream().anyMatch(open::contains))
          .filter(guess -> holds(scene, guess))
          .forEach(guess -> {
            if (guess.weights().keySet().stream().noneMatch(open::contains)) return;
            found.add(new Explanation(guess.mistake(), evidence(scene, guess, changed)));
            open.removeAll(guess.weights().keySet());
          });
    }
    return found;
  }

  /** Whether the other side holds all that the guess says. */
  private static boolean holds(Scene scene, Guess guess) {
    return guess.weights().entrySet().stream()
        .allMatch(entry ->
            scene
                .found(entry.getKey())
                .map(found -> Likeness.of(entry.getValue(), found).isNear())
                .orElse(false));
  }

  private static String evidence(Scene scene, Guess guess, Set<String> changed) {
    List<String> said =
        guess.weights().entrySet().stream()
            .filter(entry -> changed.contains(entry.getKey()))
            .map(entry -> likeness(scene, guess, entry))
            .sorted()
            .toList();
    return said.stream().limit(3).collect(Collectors.joining("; "))
        + (said.size() > 3 ? "; and " + (said.size() - 3) + " more" : "");
  }

  private static String likeness(Scene scene, Guess guess, Map.Entry<String, Grid> entry) {
    String source = guess.sources().getOrDefault(entry.getKey(), "");
    boolean named = scene.has(source.replaceFirst("[ ,].*", ""));
    return "candidate %s = %s%s (%s)"
        .formatted(
            entry.getKey(),
            named ? "reference " : "",
            source,
            scene
                .found(entry.getKey())
                .map(found -> Likeness.of(entry.getValue(), found).toString())
                .orElse(""));
  }

  /** The guess that, of all that are run, comes nearest. */
  private static Optional<Explanation> byValues(Scene scene, Stream<Hypothesis> hypotheses) {
    record Result(Guess guess, double apart) {}
    Suspect suspect = scene.suspect();
    double without = suspect.apart().applyAsDouble(suspect.expected(), suspect.found());
    List<Result> results = new ArrayList<>();
    try (Rehearsal rehearsal = new Rehearsal(scene)) {
      hypotheses
          .flatMap(hypothesis -> hypothesis.guesses(scene))
          .limit(MOST)
          .forEach(guess ->
              rehearsal.apart(guess).ifPresent(apart -> results.add(new Result(guess, apart))));
    }
    double least = results.stream().mapToDouble(Result::apart).min().orElse(without);
    // Of what cannot be told apart the earlier is likelier.
    return results.stream()
        .filter(each -> each.apart() <= Math.max(1.5 * least, suspect.floor()))
        .findFirst()
        .filter(best -> best.apart() <= Math.max(PART * without, 3 * suspect.floor()))
        .filter(best -> best.apart() < without / 3)
        .map(best ->
            new Explanation(
                best.guess().mistake(),
                "with it, %s of the %s computes like the other, but for %s; without, it is off by %s"
                    .formatted(
                        scene.piece(),
                        scene.isReference() ? "reference" : "model that is run",
                        Deviation.number(best.apart()),
                        Deviation.number(without))));
  }
}
