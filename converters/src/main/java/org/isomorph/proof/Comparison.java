package org.isomorph.proof;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongPredicate;
import org.isomorph.convert.Checkpoint;
import org.isomorph.convert.CheckpointWeights;
import org.isomorph.convert.run.ProgressListener;
import org.isomorph.graph.Graph;
import org.isomorph.graph.Lowering;
import org.isomorph.graph.Piece;
import org.isomorph.graph.Type;
import org.isomorph.runtime.PiecewiseModel;
import org.isomorph.runtime.RunException;
import org.isomorph.runtime.Weights;
import org.isomorph.spec.Difference;
import org.isomorph.spec.Model;
import org.isomorph.spec.SpecDiff;
import org.isomorph.spec.Value;
import org.isomorph.spec.Values;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Two models on the same tokens, piece by piece: each piece of the candidate is given what the
 * reference's was given, so that a mistake shows where it is made and nowhere behind it.
 *
 * <p>Both compute in float32, whatever their weights are stored in, and of each no more than a
 * piece is in memory.
 */
public final class Comparison {
  private final Reference reference;
  private final PiecewiseModel candidate;
  private final ProgressListener listener;
  private final Rows rows;
  private final Counterparts counterparts;
  private final Optional<ParameterDifferences> weights;

  /** Canonical names by what the candidate's graph calls these values. */
  private final Map<String, String> canonical = new LinkedHashMap<>();

  /** What the candidate computed, left to itself. */
  private final Map<String, Tensor> own;

  private final List<Report.Place> places = new ArrayList<>();
  private final List<OutputDeviation> outputs = new ArrayList<>();
  private Optional<Report.Fault> fault = Optional.empty();
  private List<ParameterDifference> differences = List.of();

  private Comparison(Reference reference, PiecewiseModel candidate, ProgressListener listener) {
    this.reference = reference;
    this.candidate = candidate;
    this.listener = listener;
    this.own = candidate.inputs(reference.inputs());
    this.rows = Rows.of(own);
    this.counterparts = new Counterparts(reference.model(), candidate.model());
    this.weights =
        reference
            .weights()
            .map(found ->
                new ParameterDifferences(
                    reference.model(), found, candidate.model(), candidate.weights()));
    for (Value value : Values.of(candidate.model()).all())
      canonical.putIfAbsent(candidate.handed(value.name()), value.name());
    for (String label : candidate.graph().outputs().keySet()) canonical.put(label, label);
  }

  /**
   * Compares two checkpoints.
   *
   * @param inputs what both are given, by Hugging Face's names; empty for inputs that fit any model
   * @param listener hears how much of both models' weights has been gone through
   * @throws RunException if the inputs do not fit
   */
  public static Report between(
      Checkpoint reference,
      Checkpoint candidate,
      Map<String, Tensor> inputs,
      ProgressListener listener) {
    List<String> reasons = reasons(reference, candidate);
    List<Difference> descriptions = descriptions(reference, candidate);
    if (!reasons.isEmpty()) return Report.notComparable(reasons, descriptions);
    Map<String, Tensor> given = inputs.isEmpty() ? usual(reference, candidate) : inputs;
    Weights first = CheckpointWeights.of(reference), second = CheckpointWeights.of(candidate);
    try (PiecewiseModel one = PiecewiseModel.of(reference.model(), first, DType.F32);
        PiecewiseModel other = PiecewiseModel.of(candidate.model(), second, DType.F32)) {
      return of(new RunningReference(one, given), other, descriptions, listener);
    }
  }

  private static List<String> reasons(Checkpoint reference, Checkpoint candidate) {
    return Comparability.reasons(
        reference.model(),
        Lowering.of(reference.model()),
        candidate.model(),
        Lowering.of(candidate.model()));
  }

  private static List<Difference> descriptions(Checkpoint reference, Checkpoint candidate) {
    return SpecDiff.between(reference.model(), candidate.model(), "the first", "the second")
        .stream()
        .filter(Difference::changesFunction)
        .toList();
  }

  /**
   * The inputs of a model that is given one sequence of tokens: an encoder and a decoder read the
   * same, the decoder behind its start; half of it is the prefix, where a model is told one.
   */
  public static Map<String, Tensor> inputs(Model model, long... ids) {
    return DefaultInputs.of(model, Lowering.of(model), ids);
  }

  /** Inputs for a model of which nobody gives any: tokens from all over its vocabulary. */
  public static Map<String, Tensor> inputs(Model model) {
    return DefaultInputs.of(List.of(model), Lowering.of(model));
  }

  private static Map<String, Tensor> usual(Checkpoint reference, Checkpoint candidate) {
    Graph graph = Lowering.of(reference.model());
    return DefaultInputs.of(List.of(reference.model(), candidate.model()), graph);
  }

  /**
   * Compares a candidate with what a reference computed.
   *
   * @param candidate of the same outline: towers, layers, widths, vocabulary
   * @param descriptions what may explain a difference
   */
  static Report of(
      Reference reference,
      PiecewiseModel candidate,
      List<Difference> descriptions,
      ProgressListener listener) {
    Comparison comparison = new Comparison(reference, candidate, listener);
    comparison.run();
    return comparison.report(descriptions);
  }

  private Report report(List<Difference> descriptions) {
    long faulty = places.stream().filter(Report.Place::isFaulty).count();
    Report.Outcome outcome =
        faulty == 0
            ? Report.Outcome.SAME
            : faulty == 1 ? Report.Outcome.ONE_PLACE : Report.Outcome.EVERYWHERE;
    return new Report(
        outcome, List.of(), places, fault, outputs, descriptions, differences, tokens());
  }

  private long tokens() {
    return own.entrySet().stream()
        .filter(input -> input.getKey().endsWith("attention_mask"))
        .flatMapToLong(input -> java.util.Arrays.stream(input.getValue().longs()))
        .sum();
  }

  private void run() {
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

  // ---- one piece

  private void compare(Piece piece) {
    Set<String> compared = compared(piece);
    Set<String> asked = new LinkedHashSet<>(compared);
    asked.addAll(piece.choices());
    piece.graph().inputs().keySet().forEach(name -> asked.add(canonical.getOrDefault(name, name)));
    Map<String, Tensor> expected = reference.values(asked);
    Map<String, Tensor> forced = forced(piece, expected);
    Map<String, Tensor> local, alone;
    double floor = 0;
    Deviation deviation;
    try (PiecewiseModel.Bound bound = candidate.bind(piece.tap(piece.choices()))) {
      local = bound.run(forced).values();
      alone = forced.equals(given(piece)) ? local : bound.run(given(piece)).values();
      deviation =
          greatest(piece, compared, expected, local, decided(piece, expected, List.of(local)));
      if (deviation.greatest() > Floor.LEAST) {
        bound.nudge(part(piece));
        Map<String, Tensor> noise = bound.run(forced).values();
        Rows both = decided(piece, expected, List.of(local, noise));
        deviation = greatest(piece, compared, expected, local, both);
        floor = greatest(piece, compared, local, noise, both).greatest();
      }
    }
    Deviation accumulated = greatest(piece, compared, expected, alone, rows);
    Report.Place place = new Report.Place(piece.name(), deviation, floor, accumulated);
    places.add(place);
    own.putAll(alone);
    results(piece, expected, alone);
    if (place.isFaulty() && fault.isEmpty()) look(piece, forced, place);
  }

  /** What a piece hands on and people have a name for. */
  private Set<String> compared(Piece piece) {
    Set<String> compared = new LinkedHashSet<>();
    for (String label : piece.graph().outputs().keySet()) {
      String name = canonical.get(label);
      if (name != null && isNumber(type(piece, label))) compared.add(name);
    }
    return compared;
  }

  private static Type type(Piece piece, String label) {
    String value = piece.graph().outputs().getOrDefault(label, label);
    return piece.graph().type(value).orElseThrow();
  }

  private static boolean isNumber(Type type) {
    return type.kind() == Type.Kind.FLOAT || type.kind() == Type.Kind.WIDE;
  }

  /** The candidate's own inputs of a piece. */
  private Map<String, Tensor> given(Piece piece) {
    Map<String, Tensor> given = new HashMap<>();
    for (String name : piece.graph().inputs().keySet()) {
      Tensor value = own.get(name);
      if (value != null) given.put(name, value);
    }
    return given;
  }

  /**
   * The reference's inputs of a piece, where both call them the same. Masks and rotary tables are
   * the candidate's, which depend on no weights.
   */
  private Map<String, Tensor> forced(Piece piece, Map<String, Tensor> expected) {
    Map<String, Tensor> forced = given(piece);
    forced.replaceAll((name, value) -> {
      String called = canonical.get(name);
      Tensor other = called == null ? null : expected.get(called);
      return other != null && other.shape().equals(value.shape()) ? other : value;
    });
    return forced;
  }

  private Rows decided(
      Piece piece, Map<String, Tensor> expected, List<Map<String, Tensor>> candidates) {
    @Nullable LongPredicate undecided = Routing.undecided(piece, expected, candidates);
    return undecided == null ? rows : rows.without(undecided);
  }

  private Deviation greatest(
      Piece piece,
      Collection<String> names,
      Map<String, Tensor> expected,
      Map<String, Tensor> found,
      Rows of) {
    Deviation greatest = Deviation.NONE;
    for (String name : names) {
      Deviation each = deviation(piece, name, expected, found, of);
      if (each.greatest() > greatest.greatest()) greatest = each;
    }
    return greatest;
  }

  private Deviation deviation(
      Piece piece, String name, Map<String, Tensor> expected, Map<String, Tensor> found, Rows of) {
    String label = label(piece, name);
    @Nullable Tensor a = expected.getOrDefault(name, expected.get(label)), b = found.get(label);
    if (a == null || b == null || !a.shape().equals(b.shape())) return Deviation.NONE;
    return of.between(type(piece, label), a, b);
  }

  /** What the piece calls a value that it hands out. */
  private String label(Piece piece, String name) {
    return piece.graph().outputs().containsKey(name) ? name : candidate.handed(name);
  }

  /** By how much rounding may have moved the weights of a piece. */
  private double part(Piece piece) {
    Set<String> parameters = piece.graph().parameters().keySet();
    double part = Floor.rounding(candidate.weights(), parameters);
    if (weights.isEmpty()) return part;
    // Whichever is rounded, they are as far apart; what is the same number was not rounded.
    double either = Math.max(part, weights.get().rounding(parameters));
    boolean exact = either > Floor.rounding(DType.F32) && weights.get().areNone(parameters);
    return exact ? Floor.rounding(DType.F32) : either;
  }

  private void results(Piece piece, Map<String, Tensor> expected, Map<String, Tensor> alone) {
    for (String label : candidate.graph().outputs().keySet()) {
      @Nullable Tensor a = expected.get(label), b = alone.get(label);
      if (a != null && b != null && a.shape().equals(b.shape()))
        outputs.add(rows.results(label, type(piece, label), a, b));
    }
  }

  // ---- within a piece

  /** What it reads, and what else is a layer's by name: a table of distances is read before it. */
  private Set<String> parameters(Piece piece) {
    Set<String> names = new LinkedHashSet<>(piece.graph().parameters().keySet());
    candidate.graph().parameters().keySet().stream()
        .filter(name -> name.startsWith(piece.name() + "."))
        .forEach(names::add);
    return names;
  }

  /** Finds the first value within a piece that is not the same, though what it is made of is. */
  private void look(Piece piece, Map<String, Tensor> forced, Report.Place place) {
    List<String> inner =
        Values.of(candidate.model()).all().stream()
            .map(Value::name)
            .filter(name -> piece.computes(name) && counterparts.areAlike(name))
            .toList();
    Set<String> names = new LinkedHashSet<>(inner);
    names.addAll(compared(piece));
    Set<String> asked = new LinkedHashSet<>(names);
    asked.addAll(piece.choices());
    Map<String, Tensor> expected = reference.values(asked);
    List<String> taps = new ArrayList<>(inner);
    taps.addAll(piece.choices());
    Piece tapped = piece.tap(taps);
    Map<String, Tensor> local, noise;
    try (PiecewiseModel.Bound bound = candidate.bind(tapped)) {
      local = bound.run(forced).values();
      bound.nudge(part(piece));
      noise = bound.run(forced).values();
    }
    Rows both = decided(piece, expected, List.of(local, noise));
    for (String name : names) {
      Deviation deviation = deviation(tapped, name, expected, local, both);
      double floor = deviation(tapped, name, local, noise, both).greatest();
      if (deviation.greatest() <= Floor.FACTOR * Math.max(floor, Floor.LEAST)) continue;
      fault = Optional.of(new Report.Fault(name, deviation, floor));
      break;
    }
    if (fault.isEmpty())
      fault = Optional.of(new Report.Fault(piece.name(), place.local(), place.floor()));
    differences = weights.map(models -> models.of(parameters(piece))).orElse(List.of());
  }
}
