package org.isomorph.megatron;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.isomorph.convert.Checkpoint;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Table;
import org.isomorph.layout.Box;
import org.isomorph.layout.Mapping;
import org.isomorph.layout.Piece;
import org.isomorph.layout.Slices;
import org.isomorph.spec.Model;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.TensorInfo;

/**
 * How Megatron's ranks share a model, for people: of a checkpoint as it is, or of any model as it
 * would be.
 */
public final class ParallelView {
  private final Model model;
  private final Table table;
  private final ParallelLayout layout;
  private final Form form;
  private final long padded;
  private final Shards shards;
  private final Naming naming;
  private final Map<String, String> facts;

  private ParallelView(
      Model model, ParallelLayout layout, Form form, long padded, Map<String, String> facts) {
    this.model = model;
    this.table = Table.of(model, MegatronRows.of(model));
    this.layout = layout;
    this.form = form;
    this.padded = padded;
    this.shards = new Shards(layout, form, padded);
    this.naming = new Naming(form);
    this.facts = facts;
  }

  /**
   * A model as it would be spread.
   *
   * @param model a model that Megatron can express, as it expresses it
   * @throws MegatronException if it cannot be spread so
   */
  public static ParallelView of(Model model, ParallelPlan plan) {
    long vocabulary = model.tokens().orElseThrow().vocabulary();
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("format", plan.format().word());
    return new ParallelView(
        model,
        plan.of(model),
        Form.of(model, plan.implementation(), plan.modules()),
        Shards.padded(vocabulary, plan.vocabularyDivisor(), plan.tensor()),
        facts);
  }

  /** A checkpoint of Megatron's; empty for any other, and where nothing says who wrote what. */
  public static Optional<ParallelView> of(Checkpoint checkpoint) throws IOException {
    if (!checkpoint.dialect().name().equals(Megatron.NAME)) return Optional.empty();
    MegatronDirectory directory = MegatronDirectory.find(checkpoint.directory()).orElseThrow();
    return switch (directory.format()) {
      case TORCH -> Optional.of(ofRanks(directory, checkpoint.model()));
      case TORCH_DIST -> ofDistributed(directory, checkpoint.model(), checkpoint.config());
    };
  }

  private static ParallelView ofRanks(MegatronDirectory directory, Model model) throws IOException {
    RankFiles files = RankFiles.open(directory);
    RankGrid grid = RankGrid.of(files, model);
    Map<String, String> facts = facts(directory);
    files.files().getFirst().iteration().ifPresent(i -> facts.put("iteration", Long.toString(i)));
    Form form = Form.of(model, grid.implementation(), grid.modules());
    return new ParallelView(model, grid.layout(), form, grid.padded(), facts);
  }

  /** Chunks do not say which rank they are for; the arguments say how the model was spread. */
  private static Optional<ParallelView> ofDistributed(
      MegatronDirectory directory, Model model, Config config) {
    if (!config.has(Arguments.TENSOR)) return Optional.empty();
    ParallelPlan plan = Arguments.plan(config, MegatronFormat.TORCH_DIST);
    Map<String, String> facts = facts(directory);
    if (config.has(Arguments.ITERATION))
      facts.put("iteration", Long.toString(config.number(Arguments.ITERATION)));
    return Optional.of(
        new ParallelView(
            model,
            plan.of(model),
            Form.of(model, plan.implementation(), plan.modules()),
            config.number(Arguments.PADDED, model.tokens().orElseThrow().vocabulary()),
            facts));
  }

  private static Map<String, String> facts(MegatronDirectory directory) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("format", directory.format().word());
    directory.iteration().ifPresent(said -> facts.put("iteration", said));
    return facts;
  }

  ParallelLayout layout() {
    return layout;
  }

  /** What is to be said of the whole, by what it is about. */
  public Map<String, String> facts() {
    Map<String, String> all = new LinkedHashMap<>(facts);
    all.put("parallel", layout.toString());
    all.put(
        "layers by",
        form.implementation() == Implementation.LOCAL ? "Megatron (local)" : "TransformerEngine");
    long vocabulary = model.tokens().orElseThrow().vocabulary();
    all.put(
        "vocabulary",
        padded == vocabulary
            ? vocabulary + ", without padding"
            : vocabulary + ", padded to " + padded);
    return all;
  }

  /** The ranks and what each holds, as a drawing of characters. */
  public List<String> picture() {
    return RankPicture.lines(this);
  }

  /** The same for browsers. */
  public String svg() {
    return RankPicture.svg(this);
  }

  /** The ranks, each with what it is called in files and the bytes of its part in elements. */
  List<Held> held() {
    Map<Rank, Long> elements = new LinkedHashMap<>();
    for (Rank rank : layout.ranks()) elements.put(rank, 0L);
    for (Table.Entry entry : table.entries())
      for (Shard shard : shards.of(info(entry)))
        elements.merge(shard.rank(), shard.shape().elements(), Math::addExact);
    List<Held> held = new ArrayList<>();
    elements.forEach((rank, count) -> held.add(new Held(rank, layout.directory(rank), count)));
    return held;
  }

  /**
   * A rank.
   *
   * @param directory what it is called in the format {@code torch}
   * @param elements how many numbers it holds, padding included
   */
  record Held(Rank rank, String directory, long elements) {}

  private static TensorInfo info(Table.Entry entry) {
    return new TensorInfo(entry.name(), DType.F32, entry.shape());
  }

  /** How each kind of tensor is cut, shown on the first of its kind. */
  public List<String> cuts() {
    Map<Object, Table.Entry> kinds = new LinkedHashMap<>();
    for (Table.Entry entry : table.entries()) kinds.putIfAbsent(entry.row(), entry);
    List<String> lines = new ArrayList<>();
    kinds.values().forEach(entry -> lines.addAll(places(entry, entry.name(), 4)));
    return lines;
  }

  /**
   * Where a parameter or a tensor is, rank by rank.
   *
   * @param name a parameter's canonical name, or what Megatron calls a tensor
   */
  public List<String> places(String name) {
    for (Table.Entry entry : table.entries())
      if (entry.name().equals(name)) return places(entry, name, Integer.MAX_VALUE);
    return table
        .storing(name)
        .map(entry -> places(entry, name, Integer.MAX_VALUE))
        .orElse(List.of());
  }

  private List<String> places(Table.Entry entry, String name, int most) {
    boolean whole = name.equals(entry.name());
    Mapping<String, String> stored =
        whole
            ? Mapping.copy(name, name, entry.shape())
            : only(name, entry.layout().mapping(entry.name(), table::shape));
    List<String> lines = new ArrayList<>();
    lines.add(entry.name() + " " + entry.shape() + (whole ? "" : " has " + name));
    Map<String, List<Rank>> alike = new LinkedHashMap<>();
    for (Shard shard : shards.of(info(entry)))
      alike.computeIfAbsent(place(shard, stored, entry), _ -> new ArrayList<>()).add(shard.rank());
    alike.entrySet().stream()
        .limit(most)
        .forEach(each -> lines.add("  %-16s %s".formatted(ranks(each.getValue()), each.getKey())));
    if (alike.size() > most) lines.add("  and so on, %d parts in all".formatted(alike.size()));
    return lines;
  }

  private static String ranks(List<Rank> ranks) {
    String first = ranks.getFirst().toString();
    return ranks.size() == 1 ? first : first + " and %d more".formatted(ranks.size() - 1);
  }

  private static Mapping<String, String> only(String name, Mapping<String, String> mapping) {
    return new Mapping<>(
        mapping.pieces().stream().filter(piece -> piece.source().equals(name)).toList());
  }

  private String place(Shard shard, Mapping<String, String> stored, Table.Entry entry) {
    String there = naming.torch(shard.held(), shard.address()) + " " + shard.shape();
    if (shard.layout().isEmpty()) return there + ": padding";
    List<Box> boxes =
        stored.then(shard.layout().get().mapping("held", _ -> entry.shape())).pieces().stream()
            .map(Piece::box)
            .toList();
    if (boxes.isEmpty()) return there + ": none of it";
    String source = stored.pieces().getFirst().source();
    return there
        + ": "
        + Slices.read(boxes, source.equals(entry.name()) ? entry.shape() : table.shape(source))
        + " as "
        + Slices.written(boxes, shard.shape());
  }
}
