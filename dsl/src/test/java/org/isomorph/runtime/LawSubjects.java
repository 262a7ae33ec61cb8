package org.isomorph.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import org.isomorph.spec.Input;
import org.isomorph.spec.Model;
import org.isomorph.spec.Parts;
import org.isomorph.spec.RandomModels;
import org.isomorph.spec.Tower;

/** Random subjects of laws, as few as together have everything. */
final class LawSubjects {
  /** What {@link RandomModels} is given besides the seed. */
  static final int SIZE = 2;

  /** Enough for what is rarest. */
  private static final long MOST_SEEDS = 6000;

  /** Some more than have everything: what matters may be how two parts meet. */
  private static final int FEWEST = 20;

  private LawSubjects() {}

  /** A subject, called by its seed. */
  record Seeded(long seed, Subject subject) {
    @Override
    public String toString() {
      return "seed " + seed;
    }
  }

  /**
   * Few subjects that together have everything that models can have.
   *
   * @param lawful which models the law is for
   * @param parts what of a model the law is tried on
   * @param excluded what no such model has
   * @throws AssertionError if some of the rest is in no model
   */
  static List<Seeded> covering(
      Predicate<Model> lawful, Function<Model, Set<String>> parts, Set<String> excluded) {
    Set<String> missing = new TreeSet<>(Parts.possible());
    missing.addAll(Parts.COMBINATIONS);
    missing.removeAll(excluded);
    Map<Long, Set<String>> candidates = new HashMap<>();
    for (long seed = 0; seed < MOST_SEEDS; seed++) {
      Model model = RandomModels.of(seed, SIZE);
      if (lawful.test(model)) candidates.put(seed, parts.apply(model));
    }
    List<Seeded> chosen = new ArrayList<>();
    while (!missing.isEmpty() || chosen.size() < FEWEST) {
      long best =
          missing.isEmpty() ? Collections.min(candidates.keySet()) : best(candidates, missing);
      Set<String> gained = Objects.requireNonNull(candidates.remove(best));
      Optional<Subject> subject = Subject.of(RandomModels.of(best, SIZE), best);
      // Pooling by a token that a row lacks takes the first vector, which may be padding's.
      if (subject.isEmpty() || !subject.get().ends()) continue;
      chosen.add(new Seeded(best, subject.get()));
      missing.removeAll(gained);
    }
    return chosen;
  }

  /** The seed whose model has most of what is missing. */
  private static long best(Map<Long, Set<String>> candidates, Set<String> missing) {
    long best = -1, most = 0;
    for (Map.Entry<Long, Set<String>> each : candidates.entrySet()) {
      long gain = missing.stream().filter(each.getValue()::contains).count();
      if (gain > most || (gain == most && gain > 0 && each.getKey() < best)) {
        best = each.getKey();
        most = gain;
      }
    }
    assertThat(best).as("no model has any of %s", missing).isNotNegative();
    return best;
  }

  /** All that a model is made of. */
  static Set<String> whole(Model model) {
    Set<String> parts = new TreeSet<>(Parts.of(model));
    parts.addAll(Parts.combined(model));
    return parts;
  }

  /** What the towers and heads are made of through which tokens pass that are added one by one. */
  static Set<String> growing(Model model) {
    Set<String> parts = new TreeSet<>(Parts.of(model.heads()));
    parts.add("Model");
    parts.addAll(Parts.of(model.roles()));
    @org.jspecify.annotations.Nullable Tower tower = model.last();
    while (tower != null) {
      parts.addAll(Parts.of(tower));
      parts.addAll(Parts.combined(tower));
      tower =
          tower.input() instanceof Input.Continues from
              ? model.tower(from.tower()).orElse(null)
              : null;
    }
    return parts;
  }
}
