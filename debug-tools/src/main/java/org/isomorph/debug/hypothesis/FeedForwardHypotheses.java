package org.isomorph.debug.hypothesis;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.isomorph.spec.Mixture;
import org.isomorph.spec.Parameter;

/** Mistakes with hidden layers: how gate and up are fused, and which expert is which. */
final class FeedForwardHypotheses {
  /** Pairs of experts beyond so many are not tried. */
  private static final long EXPERTS = 16;

  private FeedForwardHypotheses() {}

  /** Gate and up fused row by row in place of one behind the other, and the other way round. */
  static Stream<Guess> interleaved(Scene scene) {
    List<Guess> guesses = new ArrayList<>();
    for (Parameter each : scene.parameters()) {
      String gate = each.name();
      if (!gate.endsWith(".gate.weight")) continue;
      String up = gate.replaceFirst("gate\\.weight$", "up.weight");
      if (!scene.has(up) || !scene.shape(gate).equals(scene.shape(up))) continue;
      Grid both = Grid.stacked(List.of(scene.base(gate), scene.base(up)));
      long rows = both.rows() / 2;
      Grid dealt = both.rows(row -> row / 2 + row % 2 * rows);
      Grid gathered = both.rows(row -> row % rows * 2 + row / rows);
      guesses.add(of(gate, up, dealt, "gate and up interleaved, read as halves"));
      guesses.add(of(gate, up, gathered, "gate and up as halves, read as interleaved"));
    }
    return guesses.stream();
  }

  private static Guess of(String gate, String up, Grid packed, String mistake) {
    long rows = packed.rows() / 2;
    String source = "rows of gate and up, fused and taken apart in another way";
    return Guess.of(
        mistake,
        Map.of(gate, packed.slice(0, rows), up, packed.slice(rows, rows)),
        Map.of(gate, source, up, source));
  }

  /** Experts in another order: two swapped, or all moved by one. */
  static Stream<Guess> permuted(Scene scene) {
    List<Guess> guesses = new ArrayList<>();
    scene
        .mixers(Mixture.class)
        .forEach((path, mixture) -> {
          long count = Math.min(mixture.experts(), EXPERTS), all = mixture.experts();
          for (long one = 0; one < count; one++)
            for (long two = one + 1; two < count; two++) {
              long a = one, b = two;
              guesses.add(
                  experts(
                      scene,
                      path,
                      mixture,
                      "experts %d and %d swapped".formatted(a, b),
                      index -> index == a ? b : index == b ? a : index));
            }
          for (long by : new long[] {1, all - 1})
            guesses.add(
                experts(scene, path, mixture, "experts rolled by one", i -> (i + by) % all));
        });
    return guesses.stream();
  }

  private static Guess experts(
      Scene scene, String path, Mixture mixture, String mistake, Grid.Order order) {
    Map<String, Grid> weights = new LinkedHashMap<>();
    Map<String, String> sources = new LinkedHashMap<>();
    for (long expert = 0; expert < mixture.experts(); expert++) {
      long from = order.from(expert);
      if (from == expert) continue;
      for (String part : List.of("gate", "up", "down"))
        for (String kind : List.of("weight", "bias")) {
          String name = "%s.experts.%d.%s.%s".formatted(path, expert, part, kind);
          String source = "%s.experts.%d.%s.%s".formatted(path, from, part, kind);
          if (!scene.has(name)) continue;
          weights.put(name, scene.base(source));
          sources.put(name, source);
        }
    }
    return Guess.of(mistake, weights, sources);
  }
}
