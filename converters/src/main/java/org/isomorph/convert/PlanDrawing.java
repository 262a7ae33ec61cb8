package org.isomorph.convert;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Spelling;
import org.isomorph.dialect.Table;
import org.isomorph.layout.Box;
import org.isomorph.layout.Mapping;
import org.isomorph.layout.Piece;
import org.isomorph.sharding.WrittenTensors;
import org.isomorph.spec.Model;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.TensorInfo;
import org.isomorph.tensorfile.TensorSource;

/**
 * A route drawn out to the byte: one composition from stored elements through canonical parameters
 * to written elements.
 *
 * <pre>
 *   stored -> tensors -> parameters -> (adjusted) parameters -> tensors -> written
 *     sharding    rows            steps                    rows     sharding
 * </pre>
 */
final class PlanDrawing {
  private final Checkpoint source;
  private final ConversionRequest request;
  private final Route route;
  private final Mapping<TensorSource, String> stored;
  private final List<Evidence> evidence;
  private final Model model;
  private final Table table;
  private final Origins origins;
  private final List<Table.Duplicate> copies;
  private final Mapping<String, String> targets;

  /**
   * The parameters that are computed anew, each with the stored elements that it is computed of.
   */
  private final Map<String, Mapping<TensorSource, String>> computed;

  PlanDrawing(
      Checkpoint source,
      ConversionRequest request,
      Route route,
      Mapping<TensorSource, String> stored,
      List<Evidence> evidence) {
    this.source = source;
    this.request = request;
    this.route = route;
    this.stored = stored;
    this.evidence = evidence;
    this.model = route.expressed().model();
    this.table = sameFamily() ? source.table() : Table.of(model, request.target().rows(model));
    Origins after = Origins.of(source.model(), route.steps());
    this.origins = after;
    this.copies = copies();
    this.targets = Mapping.union(List.of(table.mapping(), mapping(copies)));
    this.computed = new LinkedHashMap<>();
    after
        .all()
        .forEach((name, origin) -> {
          if (origin.transform().isPresent()) computed.put(name, stored.then(origin.from()));
        });
  }

  private boolean sameFamily() {
    return request.target().equals(source.dialect());
  }

  /** Copies that the target's family always stores, or that this very checkpoint had. */
  private List<Table.Duplicate> copies() {
    Set<String> had = new HashSet<>();
    if (sameFamily())
      for (Table.Duplicate duplicate : source.duplicates()) had.add(duplicate.name());
    return table.duplicates().stream()
        .filter(copy -> copy.always() || had.contains(copy.name()))
        .toList();
  }

  private static Mapping<String, String> mapping(List<Table.Duplicate> copies) {
    return Mapping.union(
        copies.stream()
            .map(copy ->
                Mapping.copy(copy.parameter().name(), copy.name(), copy.parameter().shape()))
            .toList());
  }

  Plan plan() throws IOException {
    Mapping<TensorSource, String> moved = stored.then(plain()).then(targets);
    Map<String, DType> dtypes = dtypes(moved);
    List<TensorInfo> infos = infos(dtypes);
    Config config = config(infos);
    WrittenTensors written = request.files().files(infos, model, config);
    Mapping<TensorSource, WrittenTensors.Entry> moves = moved.then(written.mapping());
    Map<String, List<Blueprint.Task>> tasks = new HashMap<>();
    for (Piece<TensorSource, WrittenTensors.Entry> piece : moves.pieces())
      Blueprints.add(
          tasks,
          piece.target().file(),
          new Blueprint.Move(
              Blueprints.source(piece.source()), Blueprints.slot(piece.target()), piece.box()));
    Map<String, Long> casts = new TreeMap<>();
    count(casts, moves.pieces());
    computed.forEach((parameter, gathered) -> compute(parameter, gathered, written, tasks, casts));
    requireWhole(moved);
    Map<String, Long> made = made(moved);
    return new Plan(
        source,
        request.target(),
        model,
        config,
        route.steps(),
        made,
        casts,
        made.isEmpty() ? outcome(casts) : Outcome.ROUNDED,
        evidence,
        left(),
        route.expressed().lost(),
        table.entries(),
        moved,
        Mapping.union(List.copyOf(computed.values())),
        written,
        Blueprints.of(written, tasks, beside()));
  }

  // ---- from stored elements to the target's tensors

  /** From the source's parameters to the target's, where nothing is computed. */
  private Mapping<String, String> plain() {
    return Mapping.union(
        origins.all().values().stream()
            .filter(origin -> origin.transform().isEmpty())
            .map(Origins.Origin::from)
            .toList());
  }

  private void compute(
      String parameter,
      Mapping<TensorSource, String> gathered,
      WrittenTensors written,
      Map<String, List<Blueprint.Task>> tasks,
      Map<String, Long> casts) {
    Mapping<String, WrittenTensors.Entry> scattered =
        new Mapping<>(
                targets.pieces().stream()
                    .filter(piece -> piece.source().equals(parameter))
                    .toList())
            .then(written.mapping());
    List<Piece<Blueprint.Source, Blueprint.Compute.Parameter>> gather =
        gathered.pieces().stream()
            .map(piece ->
                new Piece<>(
                    Blueprints.source(piece.source()),
                    Blueprint.Compute.Parameter.PARAMETER,
                    piece.box()))
            .toList();
    Transform transform = origins.transform(parameter);
    Blueprints.compute(tasks, origins.shape(parameter), transform, gather, scattered.pieces());
    count(casts, gathered.then(scattered).pieces());
  }

  /**
   * Every element of every tensor comes from somewhere: stored, computed, zeros of a step, or
   * padding of a layout.
   */
  private void requireWhole(Mapping<TensorSource, String> moved) {
    Map<String, Long> covered = new HashMap<>();
    for (Piece<TensorSource, String> piece : moved.pieces())
      covered.merge(piece.target(), piece.box().elements(), Math::addExact);
    Set<String> others = new HashSet<>(computed.keySet());
    origins
        .all()
        .forEach((name, origin) -> {
          if (origin.from().pieces().isEmpty()) others.add(name);
        });
    for (Piece<String, String> piece : targets.pieces())
      if (others.contains(piece.source()))
        covered.merge(piece.target(), piece.box().elements(), Math::addExact);
    for (Table.Entry entry : table.entries()) {
      long found = covered.getOrDefault(entry.name(), 0L);
      // Few layouts pad, and to ask means to lay the tensor out once more.
      if (found < entry.shape().elements())
        for (Box padding : entry.layout().padding(origins::shape)) found += padding.elements();
      if (found != entry.shape().elements())
        throw new IllegalStateException(
            "plan covers "
                + found
                + " of the "
                + entry.shape().elements()
                + " elements of tensor "
                + entry.name());
    }
  }

  // ---- dtypes

  private List<TensorInfo> infos(Map<String, DType> dtypes) {
    // What is made of nothing stored, such as a bias of zeros, takes the dtype of the rest.
    DType usual = request.dtype().orElseGet(source::mainDType);
    List<TensorInfo> infos = new ArrayList<>();
    for (Table.Entry entry : table.entries())
      infos.add(
          new TensorInfo(entry.name(), dtypes.getOrDefault(entry.name(), usual), entry.shape()));
    for (Table.Duplicate copy : copies)
      infos.add(
          new TensorInfo(
              copy.name(), dtypes.getOrDefault(copy.name(), usual), copy.parameter().shape()));
    for (Table.Zeros zeros : table.zeros())
      infos.add(new TensorInfo(zeros.name(), beside(zeros, dtypes, usual), zeros.beside().shape()));
    return infos;
  }

  /** Zeros have the dtype of the parameter that they stand beside. */
  private DType beside(Table.Zeros zeros, Map<String, DType> dtypes, DType usual) {
    return table
        .storing(zeros.beside().name())
        .map(entry -> dtypes.getOrDefault(entry.name(), usual))
        .orElse(usual);
  }

  /**
   * A tensor keeps the dtype of what it is made of, or the widest of those, or takes what was asked
   * for.
   */
  private Map<String, DType> dtypes(Mapping<TensorSource, String> moved) {
    Map<String, DType> dtypes = new HashMap<>();
    for (Piece<TensorSource, String> piece : moved.pieces())
      merge(dtypes, piece.target(), piece.source().dtype());
    computed.forEach((parameter, gathered) ->
        table
            .storing(parameter)
            .ifPresent(entry -> {
              for (Piece<TensorSource, String> piece : gathered.pieces())
                merge(dtypes, entry.name(), piece.source().dtype());
            }));
    request
        .dtype()
        .ifPresent(
            wanted -> dtypes.replaceAll((_, found) -> DTypes.isFloat(found) ? wanted : found));
    return dtypes;
  }

  private void merge(Map<String, DType> dtypes, String tensor, DType found) {
    DType before = dtypes.putIfAbsent(tensor, found);
    if (before == null || before == found) return;
    if (!DTypes.isFloat(before) || !DTypes.isFloat(found))
      throw new ConversionRefused(
          source.directory()
              + ": tensor "
              + tensor
              + " would be made of "
              + before
              + " and "
              + found
              + " parts, which no cast joins");
    dtypes.put(tensor, DTypes.common(before, found));
  }

  private static void count(
      Map<String, Long> casts, List<Piece<TensorSource, WrittenTensors.Entry>> pieces) {
    Set<String> counted = new HashSet<>();
    for (Piece<TensorSource, WrittenTensors.Entry> piece : pieces) {
      DType from = piece.source().dtype(), to = piece.target().info().dtype();
      String cast = DTypes.cast(from, to);
      if (from != to && counted.add(cast + piece.target().info().name()))
        casts.merge(cast, 1L, Long::sum);
    }
  }

  private Outcome outcome(Map<String, Long> casts) {
    boolean narrows = !casts.keySet().stream().allMatch(DTypes::isExact);
    return narrows ? Outcome.ROUNDED : route.outcome();
  }

  // ---- the rest of the directory

  /** The sources that the result is made of. */
  private Set<TensorSource> used(Mapping<TensorSource, String> moved) {
    Set<TensorSource> used = new HashSet<>();
    moved.pieces().forEach(piece -> used.add(piece.source()));
    computed
        .values()
        .forEach(gathered -> gathered.pieces().forEach(piece -> used.add(piece.source())));
    return used;
  }

  private Map<String, Long> made(Mapping<TensorSource, String> moved) {
    Map<String, Long> made = new TreeMap<>();
    for (TensorSource source : used(moved))
      source.making().ifPresent(how -> made.merge(how, 1L, Long::sum));
    return made;
  }

  /**
   * The tensors that the result is made of, by the names that the files have for them: two of them
   * may be views of the same elements.
   */
  private Set<String> usedNames() {
    Set<String> parameters = new HashSet<>();
    for (Origins.Origin origin : origins.all().values())
      for (Piece<String, String> piece : origin.from().pieces()) parameters.add(piece.source());
    Set<String> names = new HashSet<>();
    for (Table.Entry entry : source.table().entries())
      if (entry.layout().parameters().stream().anyMatch(parameters::contains))
        names.add(source.storedName(entry));
    return names;
  }

  /** What the files hold and the result does not, with the reason. */
  private Map<String, String> left() {
    Set<String> used = usedNames();
    Set<String> duplicates = new HashSet<>();
    source.duplicates().forEach(duplicate -> duplicates.add(duplicate.name()));
    Set<String> zeros = new HashSet<>();
    source.zeros().forEach(each -> zeros.add(each.name()));
    Map<String, String> left = new LinkedHashMap<>();
    for (Piece<TensorSource, String> piece : source.stored().storage().pieces()) {
      String name = piece.target();
      if (used.contains(name)) continue;
      String reason =
          duplicates.contains(name)
              ? "a copy of a tensor that is written"
              : zeros.contains(name)
                  ? "a buffer of zeros"
                  : source.unknown().contains(name)
                      ? "in no row of the " + source.dialect().name() + " table"
                      : source.table().ignores(name)
                          ? "a buffer, not a parameter"
                          : "what the steps leave out, on evidence";
      left.put(name, reason);
    }
    left.putAll(source.stored().besides());
    return left;
  }

  private Config config(List<TensorInfo> infos) {
    Config config = route.expressed().config();
    if (sameFamily() && request.dtype().isEmpty()) return config;
    return DTypeKeys.set(config, request.target(), Spelling.of(config), DTypes.main(infos));
  }

  private List<Path> beside() throws IOException {
    return SideFiles.of(source.directory(), source.dialect(), request.target());
  }
}
