package org.isomorph.debug.hypothesis;

import java.util.LinkedHashSet;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Stream;
import org.isomorph.spec.Head;
import org.isomorph.spec.Tokens;

/** Mistakes where tokens become vectors, and vectors logits. */
final class EndHypotheses {
  private EndHypotheses() {}

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
            Guess.changed(
                scene,
                "embedding scale " + Words.number(scale),
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
            Guess.changed(
                scene, "scale of logits left out", model -> Edits.lm(model, lm -> lm.scale(1))),
            Guess.changed(
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
            Guess.changed(
                scene,
                "head tied to the token table",
                model -> Edits.lm(model, lm -> lm.tied(true))),
            Guess.changed(
                scene,
                "rows of the head normalised, or not",
                model -> Edits.lm(model, lm -> lm.normalised(!lm.isNormalised()))))
        .flatMap(each -> each);
  }
}
