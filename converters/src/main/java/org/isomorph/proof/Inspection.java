package org.isomorph.proof;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.isomorph.graph.Piece;
import org.isomorph.runtime.PiecewiseModel;
import org.isomorph.spec.Value;
import org.isomorph.spec.Values;
import org.isomorph.tensor.Tensor;

/** A look into a piece: the first of its values that is off, though what it is made of is not. */
final class Inspection {
  private final Setting setting;
  private final PieceComparison comparison;
  private final PiecewiseModel candidate;
  private final Piece piece;

  Inspection(Setting setting, PieceComparison comparison) {
    this.setting = setting;
    this.comparison = comparison;
    this.candidate = setting.trial().model();
    this.piece = comparison.piece();
  }

  /** The values within the piece, in the order of computation. */
  List<Report.Step> steps() {
    List<String> inner =
        Values.of(candidate.model()).all().stream()
            .map(Value::name)
            .filter(name -> piece.computes(name) && setting.counterparts().areAlike(name))
            .toList();
    Set<String> names = new LinkedHashSet<>(inner);
    names.addAll(comparison.values().names());
    Set<String> asked = new LinkedHashSet<>(names);
    asked.addAll(piece.choices());
    Map<String, Tensor> expected = setting.reference().values(asked);
    List<String> taps = new ArrayList<>(inner);
    taps.addAll(piece.choices());
    Piece tapped = piece.tap(taps);
    Trial trial = setting.trial();
    Map<String, Tensor> forced = comparison.given().forced(), local, noise;
    try (PiecewiseModel.Bound bound = candidate.bind(tapped)) {
      local = bound.run(forced).values();
      noise = trial.noise(bound, tapped, forced);
    }
    PieceValues values = new PieceValues(tapped, setting.labels());
    Rows rows = setting.decided(piece, expected, local, noise);
    List<Report.Step> steps = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (String name : names) {
      // What leaves a layer is what enters the next: one value, said once.
      if (!values.has(expected, name) || !seen.add(candidate.handed(name))) continue;
      double floor = trial.scale() * values.deviation(name, local, noise, rows).greatest();
      steps.add(new Report.Step(name, values.deviation(name, expected, local, rows), floor));
    }
    return steps;
  }

  /**
   * What is seen of a faulty piece, and what explains it.
   *
   * @param place what the piece came to
   * @param steps its {@linkplain #steps values}
   */
  Report.Look look(Report.Place place, List<Report.Step> steps, Explainer explainer) {
    Report.Fault fault = Report.Fault.of(place, steps);
    Set<String> parameters = parameters();
    List<ParameterDifference> differences =
        setting.trial().weights().map(models -> models.of(parameters)).orElse(List.of());
    PieceValues values = comparison.values();
    Suspect suspect =
        new Suspect(
            piece.name(),
            fault,
            setting.reference(),
            candidate,
            setting.labels().all(piece.graph().inputs().keySet(), comparison.given().forced()),
            values.handedOn(comparison.given().expected()),
            setting.labels().named(piece.graph().outputs().keySet(), comparison.local()),
            parameters,
            differences,
            place.floor(),
            (one, other) ->
                values.greatest(values.names(), one, other, comparison.counted()).greatest());
    return new Report.Look(piece.name(), steps, fault, differences, explainer.explain(suspect));
  }

  /** What it reads, and what else is a layer's by name: a table of distances is read before it. */
  private Set<String> parameters() {
    Set<String> names = new LinkedHashSet<>(piece.graph().parameters().keySet());
    candidate.graph().parameters().keySet().stream()
        .filter(name -> name.startsWith(piece.name() + "."))
        .forEach(names::add);
    return names;
  }
}
