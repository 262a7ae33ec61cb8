package org.isomorph.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.isomorph.spec.Input;
import org.isomorph.spec.Model;
import org.isomorph.spec.Parts;
import org.isomorph.spec.RandomModels;
import org.isomorph.spec.Tower;

/** Subjects of laws, by seeds that were searched for so that together they have everything. */
final class LawSubjects {
  /** What {@link RandomModels} is given besides the seed. */
  static final int SIZE = 2;

  private static final Map<Long, Seeded> KNOWN = new ConcurrentHashMap<>();

  private LawSubjects() {}

  private static Seeded made(long seed) {
    return new Seeded(
        seed,
        Subject.of(RandomModels.of(seed, SIZE), seed)
            .orElseThrow(() -> new AssertionError("seed " + seed + " is undecided")));
  }

  /** A subject, called by its seed. */
  record Seeded(long seed, Subject subject) {
    @Override
    public String toString() {
      return "seed " + seed;
    }
  }

  static List<Seeded> of(long... seeds) {
    List<Seeded> subjects = new ArrayList<>();
    for (long seed : seeds) subjects.add(KNOWN.computeIfAbsent(seed, LawSubjects::made));
    return subjects;
  }

  /** What none of these models has. */
  static Set<String> missing(Function<Model, Set<String>> parts, long... seeds) {
    Set<String> missing = new TreeSet<>(Parts.possible());
    missing.addAll(Parts.COMBINATIONS);
    LongStream.of(seeds)
        .forEach(seed -> missing.removeAll(parts.apply(RandomModels.of(seed, SIZE))));
    return missing;
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
