package org.isomorph.convert;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.isomorph.spec.Model;
import org.isomorph.spec.Parameter;
import org.isomorph.spec.Parameters;

/**
 * The step between two descriptions that differ only in which biases exist: a bias of zeros adds
 * nothing.
 */
final class Biases {
  private Biases() {}

  /**
   * The step from {@code before} to {@code after}; {@code what} names the biases in its sentence.
   */
  static Step step(String what, Model before, Model after) {
    return new Step(Outcome.EXACT, after, () -> effect(what, before, after));
  }

  private static Step.Effect effect(String what, Model before, Model after) {
    Set<String> had = names(before);
    Set<String> has = names(after);
    Map<String, Change> added = new HashMap<>();
    for (String name : has) if (!had.contains(name)) added.put(name, new Change.Zeros());
    List<Claim> claims = new ArrayList<>();
    for (Parameter parameter : Parameters.of(before))
      if (!has.contains(parameter.name())) claims.add(new Claim.Zero(parameter.name()));
    String verb =
        claims.isEmpty() ? "add zero" : added.isEmpty() ? "leave out zero" : "exchange zero";
    return new Step.Effect(verb + " " + what + " biases", added, claims);
  }

  private static Set<String> names(Model model) {
    Set<String> names = new HashSet<>();
    for (Parameter parameter : Parameters.of(model)) names.add(parameter.name());
    return names;
  }
}
