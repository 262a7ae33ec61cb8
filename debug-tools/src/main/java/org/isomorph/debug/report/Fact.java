package org.isomorph.debug.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.isomorph.debug.compare.Side;
import org.isomorph.proof.Report;
import org.isomorph.spec.Estimates;
import org.isomorph.spec.Model;
import org.isomorph.spec.Tokens;
import org.isomorph.spec.Tower;
import org.isomorph.tensor.DType;

/** One line of what a page says first: {@code parameters: 260,032}. */
public record Fact(String label, String text) {
  /** What a model is. */
  static List<Fact> of(Model model) {
    List<Fact> facts = new ArrayList<>();
    facts.add(new Fact("model", model.name()));
    facts.add(
        new Fact(
            "parameters", String.format(Locale.ROOT, "%,d", Estimates.of(model).parameters())));
    for (Tower tower : model.towers())
      facts.add(
          new Fact(tower.name(), "%d layers of width %d".formatted(tower.depth(), tower.dim())));
    model
        .tokens()
        .map(Tokens::vocabulary)
        .ifPresent(size ->
            facts.add(new Fact("vocabulary", String.format(Locale.ROOT, "%,d tokens", size))));
    if (model.context() > 0)
      facts.add(new Fact("made for", String.format(Locale.ROOT, "%,d tokens", model.context())));
    facts.add(new Fact("description", model.toString()));
    return List.copyOf(facts);
  }

  /** What two sides are. */
  static List<Fact> of(Side a, Side b, DType dtype, Report comparison) {
    List<Fact> facts = new ArrayList<>();
    facts.add(new Fact("A, what is right", named(a)));
    facts.add(new Fact("B", named(b)));
    facts.add(new Fact("computed in", dtype.name().toLowerCase(Locale.ROOT)));
    facts.add(
        new Fact(
            "compared", String.format(Locale.ROOT, "%,d tokens or patches", comparison.tokens())));
    Compared.model(b)
        .ifPresent(model ->
            of(model).stream().filter(fact -> !fact.label().equals("model")).forEach(facts::add));
    return List.copyOf(facts);
  }

  private static String named(Side side) {
    return switch (side) {
      case Side.Running running -> running.name();
      case Side.Recorded recorded -> recorded.name() + ", a recording";
    };
  }
}
