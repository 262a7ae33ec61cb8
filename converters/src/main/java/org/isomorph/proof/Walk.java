package org.isomorph.proof;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.isomorph.convert.run.ProgressListener;
import org.isomorph.graph.Piece;
import org.isomorph.runtime.PiecewiseModel;
import org.isomorph.spec.Difference;
import org.isomorph.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The way through the pieces of a candidate, in the order of computation, and what is found on it.
 */
final class Walk {
  /** So many faulty pieces are looked into. */
  private static final int LOOKS = 3;

  private final PiecewiseModel candidate;
  private final Setting setting;
  private final Explainer explainer;
  private final ProgressListener listener;
  private final Optional<LensCurve> lens;

  /** What the candidate computed, left to itself. */
  private final Map<String, Tensor> own;

  private final List<Report.Place> places = new ArrayList<>();
  private final List<Report.Look> looks = new ArrayList<>();
  private final List<OutputDeviation> outputs = new ArrayList<>();
  private final List<String> unseen = new ArrayList<>();

  Walk(Reference reference, Trial trial, Explainer explainer, ProgressListener listener) {
    this.candidate = trial.model();
    this.explainer = explainer;
    this.listener = listener;
    this.own = candidate.inputs(reference.inputs());
    this.setting =
        new Setting(
            reference,
            trial,
            new Labels(candidate),
            new Counterparts(reference.model(), candidate.model()),
            Rows.of(own));
    this.lens = LensCurve.of(candidate);
  }

  /**
   * Goes all the way.
   *
   * @throws Incomparable if values of one name are not of one shape
   */
  void run() {
    List<Long> sizes = candidate.pieces().stream().map(this::bytes).toList();
    long total = sizes.stream().mapToLong(Long::longValue).sum(), done = 0;
    for (int index = 0; index < sizes.size(); index++) {
      Piece piece = candidate.pieces().get(index);
      listener.progress(done, total, piece.name());
      compare(piece);
      done += sizes.get(index);
    }
    listener.progress(total, total, "");
  }

  private long bytes(Piece piece) {
    return piece.graph().parameters().keySet().stream()
        .map(candidate.weights()::find)
        .mapToLong(stored -> stored.dtype().bytes(stored.shape().elements()))
        .sum();
  }

  private void compare(Piece piece) {
    PieceComparison comparison = PieceComparison.of(setting, piece, own);
    own.putAll(comparison.alone());
    outputs.addAll(comparison.outputs(candidate.graph().outputs().keySet(), setting.rows()));
    if (comparison.isUnseen()) {
      unseen.add(piece.name());
      return;
    }
    Report.Place whole = comparison.place(setting.rows());
    Inspection inspection = new Inspection(setting, comparison);
    boolean looked = looks.size() < LOOKS;
    List<Report.Step> steps =
        looked && (whole.isFaulty() || isDoubtful(whole)) ? inspection.steps() : List.of();
    Report.Place place = whole.isFaulty() ? whole : within(whole, steps);
    places.add(place);
    keep(comparison, place);
    if (looked && place.isFaulty()) looks.add(inspection.look(place, steps, explainer));
  }

  /**
   * Whether there is more than rounding, but less than a fault: in 16 bits the rounding of a large
   * stream hides what a layer adds to it.
   */
  private boolean isDoubtful(Report.Place place) {
    return !setting.trial().isExact()
        && place.local().greatest() > Floor.DOUBT * Math.max(place.floor(), Floor.LEAST);
  }

  /** The place with what a mixer adds in place of the whole, if that is at fault. */
  private static Report.Place within(Report.Place place, List<Report.Step> steps) {
    return steps.stream()
        .filter(step -> step.isFaulty() && step.value().endsWith(".out"))
        .findFirst()
        .map(step ->
            new Report.Place(
                place.name(),
                step.local(),
                step.floor(),
                place.accumulated(),
                place.isForced(),
                place.lens()))
        .orElse(place);
  }

  /** Keeps what the lens is to see. */
  private void keep(PieceComparison comparison, Report.Place place) {
    if (place.accumulated().isNone() || lens.isEmpty() || !comparison.piece().isLayer()) return;
    if (!lens.get().has(place.name())) return;
    String out = place.name() + ".out";
    @Nullable Tensor a = comparison.values().expected(comparison.given().expected(), out);
    @Nullable Tensor b = comparison.values().found(comparison.alone(), out);
    if (a != null && b != null) lens.get().add(place.name(), a, b, setting.rows());
  }

  /** What was found. */
  Report report(List<Difference> descriptions) {
    if (places.isEmpty())
      return Report.notComparable(
          List.of("the recording holds no value that a piece of the model hands on"), descriptions);
    long faulty = places.stream().filter(Report.Place::isFaulty).count();
    Report.Outcome outcome =
        faulty == 0
            ? Report.Outcome.SAME
            : faulty == 1 ? Report.Outcome.ONE_PLACE : Report.Outcome.EVERYWHERE;
    List<Report.Place> seen = lens.map(curve -> curve.on(places)).orElse(places);
    return new Report(outcome, List.of(), seen, looks, outputs, descriptions, unseen, tokens());
  }

  private long tokens() {
    return own.entrySet().stream()
        .filter(input -> input.getKey().endsWith("attention_mask"))
        .flatMapToLong(input -> Arrays.stream(input.getValue().longs()))
        .sum();
  }
}
