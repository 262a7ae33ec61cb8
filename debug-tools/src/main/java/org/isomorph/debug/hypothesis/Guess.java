package org.isomorph.debug.hypothesis;

import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.isomorph.spec.Model;
import org.isomorph.spec.SpecException;

/**
 * What one side would be if a mistake turned the other into it.
 *
 * @param mistake in a few words: {@code gate and up swapped}
 * @param weights parameters that would be others, by canonical names
 * @param sources what they would be made of, in words
 * @param model the description that it would be; empty where it is the same
 */
record Guess(
    String mistake, Map<String, Grid> weights, Map<String, String> sources, Optional<Model> model) {
  static Guess of(String mistake, Map<String, Grid> weights, Map<String, String> sources) {
    return new Guess(mistake, weights, sources, Optional.empty());
  }

  /** One parameter that would be another. */
  static Guess of(String mistake, String parameter, Grid grid, String source) {
    return of(mistake, Map.of(parameter, grid), Map.of(parameter, source));
  }

  static Guess of(String mistake, Model model) {
    return new Guess(mistake, Map.of(), Map.of(), Optional.of(model));
  }

  /** The changed description, unless the change makes no sense or no difference. */
  static Stream<Guess> changed(Scene scene, String mistake, Function<Model, Model> change) {
    try {
      Model changed = change.apply(scene.model());
      return changed.equals(scene.model()) ? Stream.empty() : Stream.of(of(mistake, changed));
    } catch (SpecException senseless) {
      return Stream.empty();
    }
  }
}
