package org.isomorph.debug.hypothesis;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.isomorph.spec.Heads;
import org.isomorph.spec.Latent;
import org.isomorph.spec.Model;
import org.isomorph.spec.RelativePosition;
import org.isomorph.spec.Rope;
import org.isomorph.spec.RopeScaling;

/** Mistakes in how queries and keys rotate. */
final class RopeHypotheses {
  private static final List<Double> THETAS = List.of(1e4, 5e5, 1e6, 1e5, 2.5e5);

  private RopeHypotheses() {}

  /** The base of rotary frequencies. */
  static Stream<Guess> theta(Scene scene) {
    if (!isRotary(scene)) return Stream.empty();
    Set<Double> tried = new LinkedHashSet<>();
    ropes(scene.other()).forEach(rope -> tried.add(rope.theta()));
    tried.addAll(THETAS);
    return tried.stream()
        .flatMap(theta ->
            Guess.changed(
                scene,
                "rope theta " + Words.number(theta),
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
        Guess.changed(
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
        Guess.changed(
            scene,
            "no rotary positions",
            model -> Edits.heads(model, heads -> heads.position(RelativePosition.NONE)));
    Stream<Guess> unscaled =
        Guess.changed(
            scene,
            "rope scaling left out",
            model -> Edits.ropes(model, rope -> rope.scaled(RopeScaling.NONE)));
    Stream<Guess> partial =
        Stream.of(1.0, 0.5, 0.25)
            .flatMap(part ->
                Guess.changed(
                    scene,
                    Words.number(part) + " of a head rotated",
                    model ->
                        Edits.heads(
                            model,
                            heads ->
                                heads.position() instanceof Rope rope
                                    ? heads.position(rope.dim((long) (part * heads.headDim())))
                                    : heads)));
    Stream<Guess> others =
        ropes(scene.other()).stream()
            .flatMap(rope ->
                Guess.changed(scene, "rotation " + rope, model -> Edits.ropes(model, _ -> rope)));
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
}
