package org.isomorph.megatron;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Outline;
import org.isomorph.spec.Mixture;
import org.isomorph.spec.Model;
import org.isomorph.tensor.Shape;
import org.isomorph.tensorfile.TensorFileException;
import org.isomorph.tensorfile.pickle.PickleValue;

/**
 * How the ranks of a checkpoint share a model, found out from their directories' names and from
 * which layers each holds. Arguments, where there are any, must agree.
 */
final class RankGrid {
  private static final Pattern LAYER =
      Pattern.compile("(?:.*\\.)?(?:decoder|encoder|transformer)\\.layers\\.(\\d{1,6})\\..+");
  private static final Pattern GROUPED =
      Pattern.compile(".*\\.mlp\\.experts\\.linear_fc1\\.weight\\d+");
  private static final Pattern EXPERT =
      Pattern.compile(".*\\.mlp\\.experts\\.(?:local_experts\\.\\d+\\.)?linear_fc2\\.weight\\d*");
  private static final Pattern TABLE = Pattern.compile("(?:.*\\.)?word_embeddings\\.weight");

  private final RankFiles files;
  private final Optional<Config> arguments;
  private final Map<RankFile, List<Map<String, PickleValue>>> chunks = new HashMap<>();
  private final Map<List<Integer>, RankFile> byRank = new HashMap<>();
  private final ParallelLayout layout;

  private RankGrid(RankFiles files, Model model) {
    this.files = files;
    this.arguments = files.config();
    for (RankFile file : files.files()) chunks.put(file, file.chunks());
    boolean stages = numbersAreStages();
    for (RankFile file : files.files()) byRank.put(coordinates(file, stages), file);
    int tensor = size(0, Arguments.TENSOR), pipeline = size(1, Arguments.PIPELINE);
    int expert = size(2, Arguments.EXPERT);
    Pipeline divided = pipeline(pipeline, model);
    this.layout = new ParallelLayout(tensor, divided, expert, expertTensor(model, tensor));
    checkWhole();
  }

  /**
   * The ranks of a model.
   *
   * @throws TensorFileException if some are missing, or do not hold the model's layers
   */
  static RankGrid of(RankFiles files, Model model) {
    return new RankGrid(files, model);
  }

  ParallelLayout layout() {
    return layout;
  }

  /** The vocabulary with padding. */
  long padded() {
    for (RankFile file : files.files())
      for (Map.Entry<String, PickleValue> each : chunk(file, 0).entrySet())
        if (TABLE.matcher(each.getKey()).matches()) {
          Shape shape = file.file().tensor(each.getKey(), each.getValue()).shape();
          if (shape.rank() == 2) return Math.multiplyExact(shape.dim(0), (long) layout.tensor());
        }
    throw TensorFileException.in(
        files.directory().weights(), "expected a token table on the first stage, found none");
  }

  /** The file of a rank. */
  RankFile file(Rank rank) {
    RankFile file = byRank.get(List.of(rank.tensor(), rank.pipeline(), rank.expert()));
    if (file == null) throw missing(layout.directory(rank));
    return file;
  }

  /** The tensors of one of a file's chunks. */
  Map<String, PickleValue> chunk(RankFile file, int pass) {
    List<Map<String, PickleValue>> all = chunks.getOrDefault(file, List.of());
    if (pass >= all.size())
      throw TensorFileException.in(
          file.path(), "expected chunk %d of the model, found %d".formatted(pass, all.size()));
    return all.get(pass);
  }

  /** Whose names the tensors go by. */
  Implementation implementation() {
    return anyName(name -> name.endsWith("layer_norm_weight"))
        ? Implementation.TRANSFORMER_ENGINE
        : Implementation.LOCAL;
  }

  /** How experts are modules. */
  Experts modules() {
    return anyName(name -> GROUPED.matcher(name).matches()) ? Experts.GROUPED : Experts.SEQUENTIAL;
  }

  private boolean anyName(Predicate<String> is) {
    return chunks.values().stream()
        .flatMap(List::stream)
        .flatMap(chunk -> chunk.keySet().stream())
        .anyMatch(is);
  }

  // ---- which number is which

  /**
   * Whether the second of two numbers counts stages. If every rank has the token table, all are of
   * one stage, and it counts ranks of experts.
   */
  private boolean numbersAreStages() {
    if (arguments.isPresent()) return arguments.get().number(Arguments.PIPELINE, 1) > 1;
    return !files.files().stream()
        .allMatch(file ->
            chunk(file, 0).keySet().stream().anyMatch(name -> TABLE.matcher(name).matches()));
  }

  private static List<Integer> coordinates(RankFile file, boolean stages) {
    List<Integer> numbers = file.numbers();
    return switch (numbers.size()) {
      case 1 -> List.of(numbers.get(0), 0, 0);
      case 2 ->
          stages
              ? List.of(numbers.get(0), numbers.get(1), 0)
              : List.of(numbers.get(0), 0, numbers.get(1));
      default -> List.copyOf(numbers);
    };
  }

  private int size(int axis, String argument) {
    int found = 1 + Collections.max(byRank.keySet().stream().map(rank -> rank.get(axis)).toList());
    return arguments
        .map(config -> Math.toIntExact(config.number(argument, found)))
        .filter(said -> said > 0)
        .orElse(found);
  }

  private int expertTensor(Model model, int tensor) {
    long hidden = Outline.mixture(model.last()).expert().hidden();
    if (!model.last().has(Mixture.class)) return tensor;
    for (RankFile file : files.files())
      for (Map<String, PickleValue> chunk : chunks.getOrDefault(file, List.of()))
        for (Map.Entry<String, PickleValue> each : chunk.entrySet())
          if (EXPERT.matcher(each.getKey()).matches()) {
            Shape shape = file.file().tensor(each.getKey(), each.getValue()).shape();
            if (shape.rank() == 2 && shape.dim(1) > 0 && hidden % shape.dim(1) == 0)
              return Math.toIntExact(hidden / shape.dim(1));
          }
    return tensor;
  }

  // ---- which layers are where

  private Pipeline pipeline(int stages, Model model) {
    int passes = chunks.values().iterator().next().size();
    Map<Integer, RankFile> first = new TreeMap<>();
    byRank.forEach((rank, file) -> first.putIfAbsent(rank.get(1), file));
    List<Pipeline.Content> contents = new ArrayList<>();
    for (int pass = 0; pass < passes; pass++)
      for (int stage = 0; stage < stages; stage++) {
        RankFile file = first.get(stage);
        if (file == null) throw missing("mp_rank_00_%03d".formatted(stage));
        Set<String> names = chunk(file, pass).keySet();
        contents.add(
            new Pipeline.Content(
                pass == 0 && stage == 0,
                layers(file, names),
                names.stream().anyMatch(name -> name.startsWith("mtp.layers.")),
                pass == passes - 1 && stage == stages - 1));
      }
    Pipeline pipeline = Pipeline.of(stages, passes, contents);
    if (pipeline.depth() != model.last().depth())
      throw TensorFileException.in(
          files.directory().weights(),
          "the ranks hold %d layers (%s), but the configuration describes %d; a rank's directory is missing, or the configuration is another model's"
              .formatted(
                  pipeline.depth(),
                  pipeline.chunks().stream()
                      .map(chunk -> Integer.toString(chunk.layers()))
                      .collect(Collectors.joining(" + ")),
                  model.last().depth()));
    return pipeline;
  }

  private static int layers(RankFile file, Set<String> names) {
    Set<Integer> layers = new TreeSet<>();
    for (String name : names) {
      if (name.startsWith("mtp.")) continue;
      Matcher matcher = LAYER.matcher(name);
      if (matcher.matches()) layers.add(Integer.valueOf(matcher.group(1)));
    }
    for (int i = 0; i < layers.size(); i++)
      if (!layers.contains(i))
        throw TensorFileException.in(
            file.path(),
            "expected layers 0 to %d, found none that is numbered %d"
                .formatted(layers.size() - 1, i));
    return layers.size();
  }

  // ---- whether all are there

  private void checkWhole() {
    Set<String> expected = new TreeSet<>(directories().values());
    Map<String, RankFile> found = new LinkedHashMap<>();
    for (RankFile file : files.files()) found.put(file.directory(), file);
    for (String directory : expected) if (!found.containsKey(directory)) throw missing(directory);
    for (String directory : found.keySet())
      if (!expected.contains(directory))
        throw TensorFileException.in(
            files.directory().weights(),
            "%s is more than %s has, as the arguments say; keep the ranks of one checkpoint"
                .formatted(directory, layout));
  }

  /** Files that are there cannot share a directory: if they would have to, some are not there. */
  private Map<Rank, String> directories() {
    try {
      return layout.directories();
    } catch (MegatronException _) {
      throw TensorFileException.in(
          files.directory().weights(),
          "experts are cut for %d ranks, and other tensors for %d; the directory of a rank is missing, or the configuration is another model's"
              .formatted(layout.expertTensor(), layout.tensor()));
    }
  }

  private TensorFileException missing(String directory) {
    Path weights = files.directory().weights();
    return TensorFileException.in(
        weights,
        "the directory %s is missing, of the %s; a checkpoint without it is not whole: fetch it"
            .formatted(
                directory,
                arguments.isPresent()
                    ? "ranks that the arguments speak of"
                    : "ranks of which others are there"));
  }
}
