package org.isomorph.debug.hypothesis;

import java.util.Map;
import java.util.Optional;
import org.isomorph.spec.Model;

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
}
