package org.isomorph.proof;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.LongPredicate;
import org.isomorph.convert.Checkpoint;
import org.isomorph.convert.run.ProgressListener;
import org.isomorph.graph.Lowering;
import org.isomorph.graph.Piece;
import org.isomorph.graph.Type;
import org.isomorph.runtime.PiecewiseModel;
import org.isomorph.runtime.RunException;
import org.isomorph.spec.Difference;
import org.isomorph.spec.Model;
import org.isomorph.spec.SpecDiff;
import org.isomorph.spec.Value;
import org.isomorph.spec.Values;
import org.isomorph.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Two models on the same tokens, piece by piece: each piece of the candidate is given what the
 * reference's was given, so that a mistake shows where it is made and nowhere behind it.
 *
 * <p>Of each no more than a piece is in memory.
 */
public final class Comparison {
  /** So many faulty pieces are looked into. */
  private static final int LOOKS = 3;

  private final Reference reference;
  private final Trial trial;
  private final PiecewiseModel candidate;
  private final Explainer explainer;
  private final ProgressListener listener;
  private final Rows rows;
  private final Counterparts counterparts;
  private final Optional<LensCurve> lens;

  /** Canonical names by what the candidate's graph calls these values. */
  private final Map<String, String> canonical = new LinkedHashMap<>();

  private final Map<String, Tensor> inputs;

  /** What the candidate computed, left to itself. */
  private final Carried own;

  private final List<Report.Place> places = new ArrayList<>();
  private final List<Report.Look> looks = new ArrayList<>();
  private final List<OutputDeviation> outputs = new ArrayList<>();
  private final List<String> unseen = new ArrayList<>();

  private Comparison(
      Reference reference, Trial trial, Explainer explainer, ProgressListener listener) {
    this.reference = reference;
    this.trial = trial;
    this.candidate = trial.model();
    this.explainer = explainer;
    this.listener = listener;
    this.inputs = candidate.inputs(reference.inputs());
    this.own = new Carried(candidate.pieces(), inputs);
    this.rows = Rows.of(inputs);
    this.counterparts = new Counterparts(reference.model(), candidate.model());
    this.lens = LensCurve.of(candidate);
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
    return between(Subject.of(reference), Subject.of(candidate), inputs, Explainer.NONE, listener);
  }

  /**
   * Compares two models.
   *
   * @param inputs what both are given, by Hugging Face's names; empty for inputs that fit any model
   * @param explainer looks for mistakes behind faulty pieces
   * @param listener hears how much of both models' weights has been gone through
   * @throws RunException if the inputs do not fit
   */
  public static Report between(
      Subject reference,
      Subject candidate,
      Map<String, Tensor> inputs,
      Explainer explainer,
      ProgressListener listener) {
    List<String> reasons = reasons(reference.model(), candidate.model());
    if (!reasons.isEmpty())
      return Report.notComparable(reasons, descriptions(reference.model(), candidate.model()));
    Map<String, Tensor> given =
        inputs.isEmpty() ? inputs(reference.model(), candidate.model()) : inputs;
    try (RunningReference running = RunningReference.of(reference, given)) {
      return of(running, candidate, explainer, listener);
    }
  }

  private static List<String> reasons(Model reference, Model candidate) {
    return Comparability.reasons(
        reference, Lowering.of(reference), candidate, Lowering.of(candidate));
  }

  private static List<Difference> descriptions(Model reference, Model candidate) {
    return SpecDiff.between(reference, candidate, "the first", "the second").stream()
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

  /** Inputs that two models can read, always the same. */
  public static Map<String, Tensor> inputs(Model reference, Model candidate) {
    return DefaultInputs.of(List.of(reference, candidate), Lowering.of(reference));
  }

  /**
   * Compares a candidate with what a reference computed.
   *
   * @throws RunException if the inputs do not fit the candidate
   */
  public static Report of(
      Reference reference, Subject candidate, Explainer explainer, ProgressListener listener) {
    List<Difference> descriptions = descriptions(reference.model(), candidate.model());
    List<String> reasons = reasons(reference.model(), candidate.model());
    if (!reasons.isEmpty()) return Report.notComparable(reasons, descriptions);
    try (Trial trial = new Trial(reference, candidate)) {
      Comparison comparison = new Comparison(reference, trial, explainer, listener);
      try {
        comparison.run();
      } catch (Incomparable incomparable) {
        return Report.notComparable(List.of(incomparable.reason), descriptions);
      }
      return comparison.report(descriptions);
    }
  }

  /** Two values under one name that are not of one shape. */
  private static final class Incomparable extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final String reason;

    Incomparable(String reason) {
      super(reason);
      this.reason = reason;
    }
  }

  private Report report(List<Difference> descriptions) {
    if (places.isEmpty())
      return Report.notComparable(
          List.of("the recording holds no value that a piece of the model hands on"), descriptions);
    long faulty = places.stream().filter(Report.Place::isFaulty).count();
    Report.Outcome outcome =
        faulty == 0
            ? Report.Outcome.SAME
            : faulty == 1 ? Report.Outcome.ONE_PLACE : Report.Outcome.EVERYWHERE;
    Map<String, Double> divergences = lens.map(LensCurve::divergences).orElse(Map.of());
    places.replaceAll(place -> {
      Double found = divergences.get(place.name());
      if (found != null) return place.lens(found);
      boolean same =
          place.accumulated().isNone() && lens.filter(x -> x.has(place.name())).isPresent();
      return same ? place.lens(0) : place;
    });
    return new Report(outcome, List.of(), places, looks, outputs, descriptions, unseen, tokens());
  }

  private long tokens() {
    return inputs.entrySet().stream()
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
      own.before(index);
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
    Map<String, Tensor> given = given(piece), forced = forced(given, expected);
    Map<String, Tensor> local, alone;
    double floor = 0;
    Deviation deviation;
    Rows counted;
    try (PiecewiseModel.Bound bound = candidate.bind(piece.tap(piece.choices()))) {
      local = bound.run(forced).values();
      alone = forced.equals(given) ? local : bound.run(given).values();
      requireAlike(piece, compared, expected, local);
      counted = decided(piece, expected, local, Map.of());
      deviation = greatest(piece, compared, expected, local, counted);
      if (deviation.greatest() > Floor.LEAST) {
        Map<String, Tensor> noise = trial.noise(bound, piece.tap(piece.choices()), forced);
        counted = decided(piece, expected, local, noise);
        deviation = greatest(piece, compared, expected, local, counted);
        floor = trial.scale() * greatest(piece, compared, local, noise, counted).greatest();
      }
    }
    alone.forEach(own::put);
    results(piece, expected, alone);
    if (!compared.isEmpty() && compared.stream().noneMatch(name -> has(piece, expected, name))) {
      unseen.add(piece.name());
      return;
    }
    Deviation accumulated = greatest(piece, compared, expected, alone, rows);
    Report.Place found =
        new Report.Place(
            piece.name(),
            deviation,
            floor,
            accumulated,
            isForced(given, expected),
            OptionalDouble.empty());
    List<Report.Step> steps =
        looks.size() < LOOKS && (found.isFaulty() || isDoubtful(found))
            ? steps(piece, forced)
            : List.of();
    Report.Place place = found.isFaulty() ? found : within(found, steps);
    places.add(place);
    keep(piece, expected, alone, accumulated);
    if (place.isFaulty() && looks.size() < LOOKS)
      look(piece, forced, expected, local, place, steps, counted);
  }

  private boolean has(Piece piece, Map<String, Tensor> values, String name) {
    return values.containsKey(name) || values.containsKey(label(piece, name));
  }

  private void requireAlike(
      Piece piece, Set<String> compared, Map<String, Tensor> expected, Map<String, Tensor> local) {
    for (String name : compared) {
      String label = label(piece, name);
      @Nullable Tensor a = expected.getOrDefault(name, expected.get(label)), b = local.get(label);
      if (a != null && b != null && !a.shape().equals(b.shape()))
        throw new Incomparable(
            "%s: %s in the first, %s in the second".formatted(name, a.shape(), b.shape()));
    }
  }

  /** Keeps what the lens is to see. */
  private void keep(
      Piece piece, Map<String, Tensor> expected, Map<String, Tensor> alone, Deviation accumulated) {
    if (accumulated.isNone() || lens.isEmpty() || !piece.isLayer() || !lens.get().has(piece.name()))
      return;
    String name = piece.name() + ".out", label = label(piece, name);
    @Nullable Tensor a = expected.getOrDefault(name, expected.get(label)), b = alone.get(label);
    if (a != null && b != null) lens.get().add(piece.name(), a, b, rows);
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
      Tensor value = own.values().get(name);
      if (value != null) given.put(name, value);
    }
    return given;
  }

  /**
   * The reference's inputs of a piece, where both call them the same. Masks and rotary tables are
   * the candidate's, which depend on no weights.
   */
  private Map<String, Tensor> forced(Map<String, Tensor> given, Map<String, Tensor> expected) {
    Map<String, Tensor> forced = new HashMap<>(given);
    forced.replaceAll((name, value) -> {
      String called = canonical.get(name);
      Tensor other = called == null ? null : expected.get(called);
      return other != null && other.shape().equals(value.shape()) ? other : value;
    });
    return forced;
  }

  /** Whether all that people have a name for is the reference's. */
  private boolean isForced(Map<String, Tensor> given, Map<String, Tensor> expected) {
    return given.keySet().stream()
        .map(canonical::get)
        .allMatch(called -> called == null || expected.containsKey(called));
  }

  private Rows decided(
      Piece piece,
      Map<String, Tensor> expected,
      Map<String, Tensor> local,
      Map<String, Tensor> noise) {
    @Nullable LongPredicate undecided = Routing.undecided(piece, expected, local, noise);
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
    @Nullable Tensor a = expected.getOrDefault(name, expected.get(label));
    @Nullable Tensor b = found.getOrDefault(label, found.get(name));
    if (a == null || b == null || !a.shape().equals(b.shape())) return Deviation.NONE;
    return of.between(type(piece, label), a, b);
  }

  /** What the piece calls a value that it hands out. */
  private String label(Piece piece, String name) {
    return piece.graph().outputs().containsKey(name) ? name : candidate.handed(name);
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

  /**
   * Whether there is more than rounding, but less than a fault: in 16 bits the rounding of a large
   * stream hides what a layer adds to it.
   */
  private boolean isDoubtful(Report.Place place) {
    return !trial.isExact()
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

  /** The values within a piece, in the order of computation. */
  private List<Report.Step> steps(Piece piece, Map<String, Tensor> forced) {
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
      noise = trial.noise(bound, tapped, forced);
    }
    Rows both = decided(piece, expected, local, noise);
    List<Report.Step> steps = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (String name : names) {
      // What leaves a layer is what enters the next: one value, said once.
      if (!has(tapped, expected, name) || !seen.add(candidate.handed(name))) continue;
      double floor = trial.scale() * deviation(tapped, name, local, noise, both).greatest();
      steps.add(new Report.Step(name, deviation(tapped, name, expected, local, both), floor));
    }
    return steps;
  }

  /** Finds the first value within a piece that is not the same, though what it is made of is. */
  private void look(
      Piece piece,
      Map<String, Tensor> forced,
      Map<String, Tensor> handed,
      Map<String, Tensor> found,
      Report.Place place,
      List<Report.Step> steps,
      Rows counted) {
    Report.Fault fault =
        steps.stream()
            .filter(Report.Step::isFaulty)
            .findFirst()
            .map(step -> new Report.Fault(step.value(), step.local(), step.floor()))
            .orElseGet(() -> new Report.Fault(piece.name(), place.local(), place.floor()));
    Set<String> parameters = parameters(piece);
    List<ParameterDifference> differences =
        trial.weights().map(models -> models.of(parameters)).orElse(List.of());
    Suspect suspect =
        new Suspect(
            piece.name(),
            fault,
            reference,
            candidate,
            given(piece.graph().inputs().keySet(), forced),
            only(piece, handed),
            named(piece.graph().outputs().keySet(), found),
            parameters,
            differences,
            place.floor(),
            (one, other) -> greatest(piece, compared(piece), one, other, counted).greatest());
    looks.add(new Report.Look(piece.name(), steps, fault, differences, explainer.explain(suspect)));
  }

  /** Values by canonical names; masks and tables, which have none, by their own. */
  private Map<String, Tensor> given(Collection<String> labels, Map<String, Tensor> values) {
    Map<String, Tensor> given = named(labels, values);
    for (String label : labels) {
      @Nullable Tensor value = values.get(label);
      if (value != null && !canonical.containsKey(label)) given.put(label, value);
    }
    return given;
  }

  /** Values by canonical names. */
  private Map<String, Tensor> named(Collection<String> labels, Map<String, Tensor> values) {
    Map<String, Tensor> named = new HashMap<>();
    for (String label : labels) {
      @Nullable Tensor value = values.get(label);
      String name = canonical.get(label);
      if (value != null && name != null) named.put(name, value);
    }
    return named;
  }

  private Map<String, Tensor> only(Piece piece, Map<String, Tensor> expected) {
    Map<String, Tensor> only = new HashMap<>();
    for (String name : compared(piece)) {
      @Nullable Tensor value = expected.getOrDefault(name, expected.get(label(piece, name)));
      if (value != null) only.put(name, value);
    }
    return only;
  }
}
