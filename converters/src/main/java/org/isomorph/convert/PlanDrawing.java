package org.isomorph.convert;

import java.io.IOException;
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
import org.isomorph.layout.Mapping;
import org.isomorph.layout.Piece;
import org.isomorph.sharding.WrittenTensors;
import org.isomorph.spec.Model;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.TensorInfo;
import org.isomorph.tensorfile.StoredTensor;

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
  private final Mapping<StoredTensor, String> stored;
  private final List<Evidence> evidence;
  private final Model model;
  private final Table table;
  private final Origins origins;
  private final Mapping<String, String> targets;

  PlanDrawing(
      Checkpoint source,
      ConversionRequest request,
      Route route,
      Mapping<StoredTensor, String> stored,
      List<Evidence> evidence) {
    this.source = source;
    this.request = request;
    this.route = route;
    this.stored = stored;
    this.evidence = evidence;
    this.model = route.expressed().model();
    this.table = sameFamily() ? source.table() : Table.of(model, request.target().rows(model));
    Origins after = Origins.of(source.model());
    for (Step step : route.steps()) after = after.then(step);
    this.origins = after;
    this.targets = Mapping.union(List.of(table.mapping(), duplicates()));
  }

  private boolean sameFamily() {
    return request.target().equals(source.dialect());
  }

  /** Copies that the target's family always stores, or that this very checkpoint had. */
  private Mapping<String, String> duplicates() {
    Set<String> had = new HashSet<>();
    if (sameFamily())
      for (Table.Duplicate duplicate : source.duplicates()) had.add(duplicate.name());
    List<Mapping<String, String>> copies = new ArrayList<>();
    for (Table.Duplicate duplicate : table.duplicates())
      if (duplicate.always() || had.contains(duplicate.name()))
        copies.add(
            Mapping.copy(
                duplicate.parameter().name(), duplicate.name(), duplicate.parameter().shape()));
    return Mapping.union(copies);
  }

  Plan plan() throws IOException {
    Mapping<StoredTensor, String> moved = stored.then(plain()).then(targets);
    Map<String, DType> dtypes = dtypes(moved);
    WrittenTensors written = request.sharding().files(infos(dtypes));
    Mapping<StoredTensor, WrittenTensors.Entry> moves = moved.then(written.mapping());
    Map<String, List<Blueprint.Task>> tasks = new HashMap<>();
    for (Piece<StoredTensor, WrittenTensors.Entry> piece : moves.pieces())
      tasks
          .computeIfAbsent(piece.target().file(), _ -> new ArrayList<>())
          .add(new Blueprint.Move(span(piece.source()), slot(piece.target()), piece.box()));
    Map<String, Long> casts = new TreeMap<>();
    count(casts, moves.pieces());
    for (Map.Entry<String, Origins.Origin> computed : computed().entrySet())
      compute(computed.getKey(), computed.getValue(), written, tasks, casts);
    requireWhole(moved);
    Config config = config(written);
    return new Plan(
        source,
        request.target(),
        model,
        config,
        route.steps(),
        casts,
        outcome(casts),
        evidence,
        left(moved),
        route.expressed().lost(),
        table.entries(),
        written,
        Blueprints.of(written, tasks, config, SideFiles.of(source.directory(), sameFamily())));
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

  private Map<String, Origins.Origin> computed() {
    Map<String, Origins.Origin> computed = new LinkedHashMap<>();
    origins
        .all()
        .forEach((name, origin) -> {
          if (origin.transform().isPresent()) computed.put(name, origin);
        });
    return computed;
  }

  private void compute(
      String parameter,
      Origins.Origin origin,
      WrittenTensors written,
      Map<String, List<Blueprint.Task>> tasks,
      Map<String, Long> casts) {
    Mapping<StoredTensor, String> gathered = stored.then(origin.from());
    Mapping<String, WrittenTensors.Entry> scattered =
        new Mapping<>(
                targets.pieces().stream()
                    .filter(piece -> piece.source().equals(parameter))
                    .toList())
            .then(written.mapping());
    List<Piece<Blueprint.Span, Blueprint.Compute.Parameter>> gather =
        gathered.pieces().stream()
            .map(piece ->
                new Piece<>(
                    span(piece.source()), Blueprint.Compute.Parameter.PARAMETER, piece.box()))
            .toList();
    Map<String, List<Piece<Blueprint.Compute.Parameter, Blueprint.Slot>>> scatter =
        new LinkedHashMap<>();
    for (Piece<String, WrittenTensors.Entry> piece : scattered.pieces())
      scatter
          .computeIfAbsent(piece.target().file(), _ -> new ArrayList<>())
          .add(
              new Piece<>(
                  Blueprint.Compute.Parameter.PARAMETER, slot(piece.target()), piece.box()));
    // A parameter that is cut over several files is computed once for each: its tiles are small,
    // and files stay independent.
    scatter.forEach((file, pieces) ->
        tasks
            .computeIfAbsent(file, _ -> new ArrayList<>())
            .add(
                new Blueprint.Compute(
                    origins.shape(parameter), origin.transform().orElseThrow(), gather, pieces)));
    count(
        casts,
        gathered
            .then(Mapping.copy(parameter, parameter, origins.shape(parameter)))
            .then(scattered)
            .pieces());
  }

  /**
   * Every element of every tensor comes from somewhere: stored, computed, zeros of a step, or
   * padding of a layout.
   */
  private void requireWhole(Mapping<StoredTensor, String> moved) {
    Map<String, Long> covered = new HashMap<>();
    for (Piece<StoredTensor, String> piece : moved.pieces())
      covered.merge(piece.target(), piece.box().elements(), Math::addExact);
    Set<String> others = new HashSet<>(computed().keySet());
    origins
        .all()
        .forEach((name, origin) -> {
          if (origin.from().pieces().isEmpty()) others.add(name);
        });
    for (Piece<String, String> piece : targets.pieces())
      if (others.contains(piece.source()))
        covered.merge(piece.target(), piece.box().elements(), Math::addExact);
    for (Table.Entry entry : table.entries()) {
      long padding =
          entry.layout().padding(origins::shape).stream().mapToLong(box -> box.elements()).sum();
      long found = covered.getOrDefault(entry.name(), 0L) + padding;
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
    List<TensorInfo> infos = new ArrayList<>();
    for (Table.Entry entry : table.entries())
      infos.add(new TensorInfo(entry.name(), dtype(dtypes, entry.name()), entry.shape()));
    Set<String> extra = new HashSet<>();
    duplicates().pieces().forEach(piece -> extra.add(piece.target()));
    for (Table.Duplicate duplicate : table.duplicates())
      if (extra.contains(duplicate.name()))
        infos.add(
            new TensorInfo(
                duplicate.name(), dtype(dtypes, duplicate.name()), duplicate.parameter().shape()));
    return infos;
  }

  private DType dtype(Map<String, DType> dtypes, String tensor) {
    return dtypes.getOrDefault(tensor, request.dtype().orElse(source.mainDType()));
  }

  /**
   * A tensor keeps the dtype of what it is made of, or the widest of those, or takes what was asked
   * for.
   */
  private Map<String, DType> dtypes(Mapping<StoredTensor, String> moved) {
    Map<String, DType> dtypes = new HashMap<>();
    for (Piece<StoredTensor, String> piece : moved.pieces())
      merge(dtypes, piece.target(), piece.source().dtype());
    for (String parameter : computed().keySet())
      for (Piece<StoredTensor, String> piece :
          stored.then(computed().get(parameter).from()).pieces())
        table
            .storing(parameter)
            .ifPresent(entry -> merge(dtypes, entry.name(), piece.source().dtype()));
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
      Map<String, Long> casts, List<Piece<StoredTensor, WrittenTensors.Entry>> pieces) {
    Set<String> counted = new HashSet<>();
    for (Piece<StoredTensor, WrittenTensors.Entry> piece : pieces) {
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

  /** What the files hold and the result does not, with the reason. */
  private Map<String, String> left(Mapping<StoredTensor, String> moved) {
    Set<StoredTensor> used = new HashSet<>();
    moved.pieces().forEach(piece -> used.add(piece.source()));
    computed()
        .values()
        .forEach(origin ->
            stored.then(origin.from()).pieces().forEach(piece -> used.add(piece.source())));
    Set<String> duplicates = new HashSet<>();
    source.duplicates().forEach(duplicate -> duplicates.add(duplicate.name()));
    Map<String, String> left = new LinkedHashMap<>();
    for (Piece<StoredTensor, String> piece : source.stored().storage().pieces()) {
      if (used.contains(piece.source())) continue;
      String name = piece.target();
      String reason =
          duplicates.contains(name)
              ? "a copy of a tensor that is written"
              : source.unknown().contains(name)
                  ? "in no row of the " + source.dialect().name() + " table"
                  : source.table().ignores(name)
                      ? "a buffer, not a parameter"
                      : "what the steps leave out, on evidence";
      left.put(name, reason);
    }
    return left;
  }

  private Config config(WrittenTensors written) {
    Config config = route.expressed().config();
    Map<DType, Long> elements = new HashMap<>();
    for (WrittenTensors.File file : written.files())
      for (WrittenTensors.Entry entry : file.entries())
        elements.merge(entry.info().dtype(), entry.info().shape().elements(), Long::sum);
    DType main =
        elements.entrySet().stream()
            .max(Map.Entry.comparingByValue())
            .map(Map.Entry::getKey)
            .orElse(source.mainDType());
    if (sameFamily() && request.dtype().isEmpty()) return config;
    return DTypeKeys.set(config, Spelling.of(config), main);
  }

  private static Blueprint.Span span(StoredTensor tensor) {
    return new Blueprint.Span(tensor.file(), tensor.begin(), tensor.dtype());
  }

  private static Blueprint.Slot slot(WrittenTensors.Entry entry) {
    return new Blueprint.Slot(entry.offset(), entry.info().dtype());
  }
}
