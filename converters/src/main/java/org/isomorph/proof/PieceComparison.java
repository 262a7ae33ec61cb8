package org.isomorph.proof;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import org.isomorph.graph.Piece;
import org.isomorph.runtime.PiecewiseModel;
import org.isomorph.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * One piece of the candidate against the reference's.
 *
 * @param values what it hands on
 * @param given what it was given
 * @param local what it makes of what the reference's was given, by labels
 * @param alone what it makes of its own inputs
 * @param counted the rows that are compared: those of tokens that both sides decided alike
 * @param deviation how far what it makes of the same is from the reference's
 * @param floor what rounding alone does; 0 where it was not needed
 */
record PieceComparison(
    PieceValues values,
    Given given,
    Map<String, Tensor> local,
    Map<String, Tensor> alone,
    Rows counted,
    Deviation deviation,
    double floor) {
  /**
   * Runs a piece.
   *
   * @param computed all that the candidate computed so far, left to itself, by labels
   * @throws Incomparable if values of one name are not of one shape
   */
  static PieceComparison of(Setting setting, Piece piece, Map<String, Tensor> computed) {
    PieceValues values = new PieceValues(piece, setting.labels());
    Given given = Given.of(setting, values, computed);
    Map<String, Tensor> expected = given.expected();
    Set<String> names = values.names();
    Trial trial = setting.trial();
    Piece tapped = piece.tap(piece.choices());
    try (PiecewiseModel.Bound bound = trial.model().bind(tapped)) {
      Map<String, Tensor> local = bound.run(given.forced()).values();
      Map<String, Tensor> alone =
          given.forced().equals(given.own()) ? local : bound.run(given.own()).values();
      values.requireAlike(expected, local);
      Rows counted = setting.decided(piece, expected, local, Map.of());
      Deviation deviation = values.greatest(names, expected, local, counted);
      double floor = 0;
      if (deviation.greatest() > Floor.LEAST) {
        Map<String, Tensor> noise = trial.noise(bound, tapped, given.forced());
        counted = setting.decided(piece, expected, local, noise);
        deviation = values.greatest(names, expected, local, counted);
        floor = trial.scale() * values.greatest(names, local, noise, counted).greatest();
      }
      return new PieceComparison(values, given, local, alone, counted, deviation, floor);
    }
  }

  Piece piece() {
    return values.piece();
  }

  /** Whether the reference has nothing of what the piece hands on. */
  boolean isUnseen() {
    Set<String> names = values.names();
    return !names.isEmpty() && names.stream().noneMatch(name -> values.has(given.expected(), name));
  }

  /**
   * What it came to.
   *
   * @param rows that are compared where each side is left to itself
   */
  Report.Place place(Rows rows) {
    return new Report.Place(
        piece().name(),
        deviation,
        floor,
        values.greatest(values.names(), given.expected(), alone, rows),
        given.isForced(),
        OptionalDouble.empty());
  }

  /** What the results of heads come to, those of these labels that the piece gives. */
  List<OutputDeviation> outputs(Set<String> labels, Rows rows) {
    List<OutputDeviation> outputs = new ArrayList<>();
    for (String label : labels) {
      @Nullable Tensor a = given.expected().get(label), b = alone.get(label);
      if (a != null && b != null && a.shape().equals(b.shape()))
        outputs.add(rows.results(label, values.type(label), a, b));
    }
    return outputs;
  }
}
