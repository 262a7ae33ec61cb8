package org.isomorph.convert;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.Dialects;
import org.isomorph.dialect.Expression;
import org.isomorph.dialect.Spelling;
import org.isomorph.dialect.Table;
import org.isomorph.layout.Mapping;
import org.isomorph.layout.Piece;
import org.isomorph.spec.Difference;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.TensorInfo;
import org.isomorph.tensorfile.TensorSource;

/**
 * Decides how a checkpoint becomes another family's: which adjustments, on what evidence, and from
 * there every byte.
 *
 * <p>Headers say almost everything. Where a step is exact only if values are so and so, they are
 * looked up as a stream before anything is written; the first way whose evidence holds is taken.
 */
public final class Planner {
  private final Checkpoint source;
  private final ConversionRequest request;
  private final Dialects dialects;
  private final List<Evidence> evidence = new ArrayList<>();
  private final Mapping<TensorSource, String> parameters;

  /** The same by parameter, once a question is asked. */
  private final Map<String, List<Piece<TensorSource, String>>> byParameter = new HashMap<>();

  private Planner(Checkpoint source, ConversionRequest request, Dialects dialects) {
    this.source = source;
    this.request = request;
    this.dialects = dialects;
    this.parameters = source.parameters();
  }

  /** Opens {@code directory} and plans its conversion. */
  public static Plan plan(Path directory, ConversionRequest request, Dialects dialects)
      throws IOException {
    return plan(
        Checkpoint.open(directory, dialects, request.from(), request.config()), request, dialects);
  }

  /**
   * Plans the conversion of an opened checkpoint.
   *
   * @param dialects the families to name as alternatives in a refusal
   * @throws ConversionRefused with reasons, if the target cannot express the model or the source
   *     contradicts itself
   */
  public static Plan plan(Checkpoint source, ConversionRequest request, Dialects dialects)
      throws IOException {
    return new Planner(source, request, dialects).plan();
  }

  private Plan plan() throws IOException {
    PlanDigest.prepare();
    checkReplicas();
    checkCopies();
    checkZeros();
    Route route = request.target().equals(source.dialect()) ? asItIs() : route();
    return new PlanDrawing(source, request, route, parameters, List.copyOf(evidence)).plan();
  }

  /**
   * Within a family nothing needs to be decided, and the configuration keeps its spelling and its
   * unknown keys.
   */
  private Route asItIs() {
    return new Route(
        List.of(),
        new Expression.Expressed(source.dialect(), source.config(), source.model(), List.of()));
  }

  // ---- what the source says twice must agree

  private void checkReplicas() throws IOException {
    for (Map.Entry<String, Mapping<TensorSource, TensorSource>> replicas :
        source.stored().replicas().entrySet())
      if (!ask(
          new Evidence.Query.Same(
              replicas.getKey() + " is the same in every shard", replicas.getValue().pieces())))
        throw new ConversionRefused(
            "%s: tensor %s should be the same in every shard, but differs: the shards are not of one checkpoint, or one is damaged"
                .formatted(source.directory(), replicas.getKey()));
  }

  private void checkCopies() throws IOException {
    for (Table.Duplicate duplicate : source.duplicates()) {
      String first = duplicate.parameter().name();
      String question = duplicate.name() + " equals " + first;
      if (!storedShape(duplicate.name()).equals(duplicate.parameter().shape()))
        throw contradiction(duplicate, "has another shape than");
      List<Piece<TensorSource, TensorSource>> pieces =
          only(parameters, first)
              .then(Mapping.copy(first, duplicate.name(), duplicate.parameter().shape()))
              .then(storage(duplicate.name()).inverse())
              .pieces();
      if (!ask(new Evidence.Query.Same(question, pieces)))
        throw contradiction(duplicate, "differs from");
    }
    List<Piece<TensorSource, TensorSource>> repeated = new ArrayList<>();
    for (Table.Entry entry : source.table().entries()) {
      Mapping<String, String> copies =
          entry.layout().mapping(source.storedName(entry), source.table()::shape).copies();
      if (!copies.pieces().isEmpty())
        repeated.addAll(
            storage(source.storedName(entry))
                .then(copies)
                .then(storage(source.storedName(entry)).inverse())
                .pieces());
    }
    if (!repeated.isEmpty()
        && !ask(new Evidence.Query.Same("what the layouts store repeatedly is equal", repeated)))
      throw new ConversionRefused(
          source.directory()
              + ": a tensor whose rows the "
              + source.dialect().name()
              + " layout repeats has copies that differ");
  }

  private ConversionRefused contradiction(Table.Duplicate duplicate, String how) {
    return new ConversionRefused(
        source.directory()
            + ": tensor "
            + duplicate.name()
            + " should be a copy of "
            + duplicate.parameter().name()
            + ", but "
            + how
            + " it. If it is a head of its own, set tie_word_embeddings to false in "
            + source.config().file()
            + "; otherwise the file is damaged");
  }

  private void checkZeros() throws IOException {
    for (Table.Zeros zeros : source.zeros()) {
      String question = zeros.name() + " is all zeros";
      if (!ask(new Evidence.Query.Zero(question, storage(zeros.name()).pieces())))
        throw new ConversionRefused(
            source.directory()
                + ": tensor "
                + zeros.name()
                + " should be a buffer of zeros, but holds other values, which a "
                + source.dialect().name()
                + " model has no parameter for");
    }
  }

  private Shape storedShape(String tensor) {
    TensorInfo info = source.stored().tensors().get(tensor);
    if (info == null) throw new IllegalArgumentException(tensor + " is not in the files");
    return info.shape();
  }

  // ---- the way to the target

  private Route route() throws IOException {
    Optional<Route> found =
        Reduction.route(
            request.target(),
            source.model(),
            (before, step) -> obstacle(step, Origins.of(source.model(), before)).isEmpty());
    if (found.isEmpty())
      throw refused(Routes.to(request.target(), source.model(), Spelling.BEFORE_5).reasons());
    Route route = found.get();
    Optional<String> obstacle = obstacle(route);
    if (obstacle.isEmpty()) return route;
    throw new ConversionRefused(
        source.directory() + " cannot be written as " + request.target().name(),
        List.of(
            "the way \""
                + String.join("; ", route.steps().stream().map(Step::sentence).toList())
                + "\" is closed: it is not so that "
                + obstacle.get(),
            alternatives()));
  }

  private ConversionRefused refused(List<Difference> reasons) {
    List<String> sentences = new ArrayList<>(reasons.stream().map(Difference::sentence).toList());
    sentences.add(alternatives());
    return new ConversionRefused(
        source.directory()
            + " is a "
            + source.dialect().name()
            + " model that "
            + request.target().name()
            + " cannot express",
        sentences);
  }

  /**
   * The families that can express the model; whether its values allow it, they are asked only when
   * one is chosen.
   */
  private String alternatives() {
    List<String> nearest =
        Routes.nearest(dialects, source.model()).stream()
            .filter(near -> !near.equals(source.dialect()) && !near.equals(request.target()))
            .map(Dialect::name)
            .toList();
    return nearest.isEmpty()
        ? "no other family that is known can express it"
        : "families that can express it: " + String.join(", ", nearest);
  }

  /** The first claim of a route that is not so, or empty if all are. */
  private Optional<String> obstacle(Route route) throws IOException {
    Origins origins = Origins.of(source.model());
    for (Step step : route.steps()) {
      Optional<String> obstacle = obstacle(step, origins);
      if (obstacle.isPresent()) return obstacle;
      origins = origins.then(step);
    }
    return Optional.empty();
  }

  private Optional<String> obstacle(Step step, Origins origins) throws IOException {
    for (Claim claim : step.claims())
      if (!holds(claim, origins)) return Optional.of(claim.toString());
    return Optional.empty();
  }

  private boolean holds(Claim claim, Origins origins) throws IOException {
    return switch (claim) {
      case Claim.Zero zero -> {
        Optional<Mapping<TensorSource, String>> all = stored(zero.parameter(), origins);
        yield all.isPresent() && ask(new Evidence.Query.Zero(claim.toString(), all.get().pieces()));
      }
      case Claim.Same same -> {
        Mapping<String, String> across =
            Mapping.copy(same.parameter(), same.other(), origins.shape(same.parameter()));
        yield equal(claim, same.parameter(), across, same.other(), origins);
      }
      case Claim.Repeated repeated -> {
        String name = repeated.parameter();
        Mapping<String, String> copies = repeated.copies(origins.shape(name).elements());
        yield equal(claim, name, copies, name, origins);
      }
    };
  }

  /** Whether elements of one parameter equal those of another that they are mapped to. */
  private boolean equal(
      Claim claim, String one, Mapping<String, String> across, String other, Origins origins)
      throws IOException {
    Optional<Mapping<TensorSource, String>> from = stored(one, origins);
    Optional<Mapping<TensorSource, String>> to = stored(other, origins);
    if (from.isEmpty() || to.isEmpty()) return false;
    List<Piece<TensorSource, TensorSource>> pieces =
        from.get().then(across).then(to.get().inverse()).pieces();
    // Where a side is made of zeros that are stored nowhere, there is nothing to compare with.
    long compared = pieces.stream().mapToLong(piece -> piece.box().elements()).sum();
    return compared == across.elements() && ask(new Evidence.Query.Same(claim.toString(), pieces));
  }

  /**
   * The stored elements that a parameter is; empty for one that is computed, about which nothing is
   * known yet.
   */
  private Optional<Mapping<TensorSource, String>> stored(String parameter, Origins origins) {
    Origins.Origin origin = origins.of(parameter);
    if (origin.transform().isPresent()) return Optional.empty();
    if (byParameter.isEmpty()) byParameter.putAll(parameters.byTarget());
    // A mixture of experts has 100,000 parameters, and many questions are about one of them.
    List<Piece<TensorSource, String>> pieces =
        origin.from().bySource().keySet().stream()
            .flatMap(source -> byParameter.getOrDefault(source, List.of()).stream())
            .toList();
    return Optional.of(new Mapping<>(pieces).then(origin.from()));
  }

  private boolean ask(Evidence.Query query) throws IOException {
    for (Evidence known : evidence)
      if (known.question().equals(query.question())) return known.holds();
    Evidence answer = Inquiry.answer(query);
    evidence.add(answer);
    return answer.holds();
  }

  // ---- parts of the source's mappings

  private static Mapping<TensorSource, String> only(
      Mapping<TensorSource, String> parameters, String parameter) {
    return new Mapping<>(
        parameters.pieces().stream().filter(piece -> piece.target().equals(parameter)).toList());
  }

  private Mapping<TensorSource, String> storage(String tensor) {
    return only(source.stored().storage(), tensor);
  }
}
