package org.isomorph.convert;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.Spelling;
import org.isomorph.spec.Model;
import org.isomorph.spec.Parameters;
import org.isomorph.spec.SpecDiff;

/**
 * The way to a family that leaves the fewest parameters: what values show to be superfluous, and
 * the family can do without, is left out before the family is asked.
 *
 * <p>So what another family had to add goes away again: biases of zeros, a head that equals the
 * table, key heads that are repeats.
 */
final class Reduction {
  /** Whether the claims of the last of some steps from the source are so. */
  interface Knowledge {
    boolean holds(List<Step> before, Step step) throws IOException;
  }

  private final Dialect target;
  private final Model source;
  private final Knowledge knowledge;

  /** The ways from what was reduced. */
  private final Map<Model, Optional<Route>> known = new HashMap<>();

  /** What each law makes of models that were asked about before, which are the same objects. */
  private final List<Map<Model, List<Step>>> reductions = new ArrayList<>();

  /** Which of each law's reductions is taken; behind its last one, none. */
  private final int[] choice = new int[Adjustments.ALL.size()];

  private Reduction(Dialect target, Model source, Knowledge knowledge) {
    this.target = target;
    this.source = source;
    this.knowledge = knowledge;
    for (int law = 0; law < choice.length; law++) reductions.add(new IdentityHashMap<>());
  }

  /**
   * The way from {@code source} to {@code target}, after reductions that were found to hold. What
   * the way itself claims is still to be asked.
   */
  static Optional<Route> route(Dialect target, Model source, Knowledge knowledge)
      throws IOException {
    Reduction reduction = new Reduction(target, source, knowledge);
    reduction.choose();
    return reduction.route(reduction.choice);
  }

  /** Takes all to be so at first, and gives up what does not matter or is found not to be so. */
  private void choose() throws IOException {
    for (int law = 0; law < choice.length; law++) while (matters(law) && !holds(law)) choice[law]++;
    for (int law = 0; law < choice.length; law++) matters(law);
  }

  /** Whether the family makes another model of it; if not, the law is given up. */
  private boolean matters(int law) {
    if (steps(choice, law + 1).size() == steps(choice, law).size()) return false;
    int[] without = choice.clone();
    without[law] = Integer.MAX_VALUE;
    if (isBetter(route(choice), route(without))) return true;
    choice[law] = Integer.MAX_VALUE;
    return false;
  }

  private static boolean isBetter(Optional<Route> one, Optional<Route> other) {
    if (one.isEmpty() || other.isEmpty()) return one.isPresent();
    if (one.get().outcome() != other.get().outcome()) return one.get().outcome() == Outcome.EXACT;
    Model a = one.get().expressed().model(), b = other.get().expressed().model();
    return !SpecDiff.computeAlike(a, b) && elements(a) < elements(b);
  }

  private static long elements(Model model) {
    return Parameters.of(model).stream()
        .mapToLong(parameter -> parameter.shape().elements())
        .reduce(0, Math::addExact);
  }

  private boolean holds(int law) throws IOException {
    List<Step> before = steps(choice, law);
    return knowledge.holds(before, steps(choice, law + 1).getLast());
  }

  private Optional<Route> route(int[] choice) {
    List<Step> steps = steps(choice, choice.length);
    Model reduced = steps.isEmpty() ? source : steps.getLast().model();
    return known
        .computeIfAbsent(reduced, model -> Routes.to(target, model, Spelling.BEFORE_5).route())
        .map(route -> route.after(steps));
  }

  /** The reductions of the first {@code laws} laws. */
  private List<Step> steps(int[] choice, int laws) {
    List<Step> steps = new ArrayList<>();
    Model current = source;
    for (int law = 0; law < laws; law++) {
      List<Step> possible =
          reductions.get(law).computeIfAbsent(current, Adjustments.ALL.get(law)::reductions);
      if (choice[law] >= possible.size()) continue;
      steps.add(possible.get(choice[law]));
      current = steps.getLast().model();
    }
    return steps;
  }
}
