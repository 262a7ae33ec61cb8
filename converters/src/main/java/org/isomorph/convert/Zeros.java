package org.isomorph.convert;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.isomorph.layout.Layout;
import org.isomorph.spec.Model;
import org.isomorph.spec.Parameter;
import org.isomorph.spec.Parameters;

/**
 * Steps between descriptions of which one has parameters that the other lacks, and that do nothing
 * where they are zeros.
 */
final class Zeros {
  private Zeros() {}

  /** The step from {@code before} to {@code after}; {@code what} names what comes and goes. */
  static Step step(String what, Model before, Model after) {
    return step(what, before, after, Map.of());
  }

  /**
   * As above, where some parameters only change their names.
   *
   * @param renamed the old name of each parameter that has a new one
   */
  static Step step(String what, Model before, Model after, Map<String, String> renamed) {
    return new Step(Outcome.EXACT, after, () -> effect(what, before, after, renamed));
  }

  private static Step.Effect effect(
      String what, Model before, Model after, Map<String, String> renamed) {
    Set<String> had = names(before), has = names(after);
    Map<String, Change> changes = new HashMap<>();
    for (String name : has) {
      String old = renamed.get(name);
      if (old != null) changes.put(name, new Change.Arranged(Layout.leaf(old)));
      else if (!had.contains(name)) changes.put(name, new Change.Zeros());
    }
    List<Claim> claims = new ArrayList<>();
    for (Parameter parameter : Parameters.of(before))
      if (!has.contains(parameter.name()) && !renamed.containsValue(parameter.name()))
        claims.add(new Claim.Zero(parameter.name()));
    boolean adds = changes.size() > renamed.size();
    String verb = claims.isEmpty() ? "add zero" : adds ? "exchange zero" : "leave out zero";
    return new Step.Effect(verb + " " + what, changes, claims);
  }

  private static Set<String> names(Model model) {
    Set<String> names = new HashSet<>();
    for (Parameter parameter : Parameters.of(model)) names.add(parameter.name());
    return names;
  }
}
