package org.isomorph.megatron.execution;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import org.isomorph.tensor.Shape;
import org.isomorph.tensorfile.DistributedDirectory;
import org.isomorph.tensorfile.DistributedTensor;
import org.isomorph.tensorfile.TensorFileException;
import org.isomorph.tensorfile.TorchTensor;
import org.isomorph.tensorfile.Window;

/**
 * What a rank loads of a distributed checkpoint: the windows of its tensors that the rank's modules
 * ask for. Any layout can ask.
 */
final class DistributedRankState implements RankState {
  private final DistributedDirectory files;
  private final Chunk chunk;
  private final TransformerConfig config;
  private final ParallelState parallel;
  private final int process;
  private final ModuleNames names;

  DistributedRankState(
      DistributedDirectory files,
      Chunk chunk,
      TransformerConfig config,
      ParallelState parallel,
      int process) {
    this.files = files;
    this.chunk = chunk;
    this.config = config;
    this.parallel = parallel;
    this.process = process;
    this.names = new ModuleNames(config);
  }

  /**
   * A tensor that holds a parameter.
   *
   * @param at the parameter's place along its first axes, which count layers and experts
   */
  private record Found(DistributedTensor tensor, List<Long> at) {}

  @Override
  public Weight weight(Parameter parameter) {
    Found found = find(parameter);
    boolean ofExpert = parameter.expert().isPresent();
    int ranks = ofExpert ? parallel.expertTensor() : parallel.tensor();
    int rank = ofExpert ? parallel.expertTensorRank(process) : parallel.tensorRank(process);
    int rows = parameter.rows(), columns = parameter.width();
    check(parameter, found, ranks);
    return switch (parameter.partition()) {
      case REPLICATED -> window(found, 0, 0, rows, columns);
      case ROWS -> window(found, rank * rows, 0, rows, columns);
      case COLUMNS -> window(found, 0, rank * columns, rows, columns);
      case GATED_ROWS -> {
        int half = rows / 2;
        yield Weight.below(
            window(found, rank * half, 0, half, columns),
            window(found, (ranks + rank) * half, 0, half, columns));
      }
    };
  }

  private void check(Parameter parameter, Found found, int ranks) {
    Partition partition = parameter.partition();
    long rows = (long) parameter.rows() * (partition == Partition.COLUMNS ? 1 : ranks);
    if (partition == Partition.REPLICATED) rows = parameter.rows();
    long columns = (long) parameter.columns() * (partition == Partition.COLUMNS ? ranks : 1);
    Shape whole = found.tensor().info().shape();
    int axes = found.at().size();
    // A vocabulary is padded for the ranks that wrote it; others pad it otherwise.
    boolean fits =
        whole.rank() == axes + (columns == 0 ? 1 : 2)
            && (whole.dim(axes) == rows || parameter.layer().isEmpty())
            && (columns == 0 || whole.dim(axes + 1) == columns);
    for (int axis = 0; fits && axis < axes; axis++) fits = found.at().get(axis) < whole.dim(axis);
    if (!fits)
      throw TensorFileException.in(
          files.path(),
          found.tensor().info().name(),
          "expected [%d%s] behind its first %d axes at %s, as modules have it that Megatron builds, found %s in all"
              .formatted(rows, columns == 0 ? "" : ", " + columns, axes, found.at(), whole));
  }

  // ---- which tensor

  private Found find(Parameter parameter) {
    List<String> tried = new ArrayList<>();
    if (parameter.layer().isEmpty()) {
      DistributedTensor tensor = files.tensors().get(key(parameter.part()));
      if (tensor != null) return new Found(tensor, List.of());
      tried.add(key(parameter.part()));
    } else {
      int layer = chunk.first() + parameter.layer().getAsInt();
      for (String name : within(parameter, layer))
        for (boolean stacked : new boolean[] {true, false}) {
          String key = "decoder.layers." + (stacked ? "" : layer + ".") + name;
          DistributedTensor tensor = files.tensors().get(key);
          tried.add(key);
          if (tensor == null) continue;
          List<Long> at = new ArrayList<>();
          if (stacked) at.add((long) layer);
          parameter.expert().ifPresent(expert -> at.add(firstExpert() + expert));
          return new Found(tensor, at);
        }
    }
    throw TensorFileException.in(
        files.path(),
        "expected a tensor %s for %s, found none among %d"
            .formatted(String.join(" or ", tried), chunk, files.tensors().size()));
  }

  /** Tied logits are computed with the token table, wherever it is loaded. */
  private String key(String part) {
    return config.tied() && part.equals(GptModel.HEAD) ? GptModel.TABLE : part;
  }

  private SequencedSet<String> within(Parameter parameter, int layer) {
    return parameter.expert().isPresent()
        ? new LinkedHashSet<>(List.of("mlp.experts.experts." + parameter.part()))
        : names.distributed(parameter.part(), config.isMixture(layer));
  }

  private long firstExpert() {
    long experts = config.mixture().map(MixtureConfig::experts).orElse(0);
    return experts / parallel.expert() * parallel.expertRank(process);
  }

  // ---- which part of it

  private static Weight window(Found found, int row, int column, int rows, int columns) {
    List<Weight.Part> parts = new ArrayList<>();
    for (DistributedTensor.Chunk chunk : found.tensor().chunks()) {
      Window window = chunk.window();
      if (!has(window, found.at())) continue;
      int axes = found.at().size();
      boolean vector = window.sizes().rank() == axes + 1;
      int top = Math.toIntExact(window.begin(axes));
      int left = vector ? 0 : Math.toIntExact(window.begin(axes + 1));
      TorchWeight stored = stored(chunk.tensor(), window, found.at());
      int fromRow = Math.max(row, top), toRow = Math.min(row + rows, top + stored.rows());
      int fromColumn = Math.max(column, left);
      int toColumn = Math.min(column + columns, left + stored.columns());
      if (fromRow >= toRow || fromColumn >= toColumn) continue;
      Weight part =
          stored.part(fromRow - top, toRow - fromRow, fromColumn - left, toColumn - fromColumn);
      parts.add(new Weight.Part(fromRow - row, fromColumn - column, part));
    }
    return Weight.of(rows, columns, parts);
  }

  private static boolean has(Window window, List<Long> at) {
    for (int axis = 0; axis < at.size(); axis++)
      if (at.get(axis) < window.begin(axis) || at.get(axis) >= window.end(axis)) return false;
    return true;
  }

  /** A chunk at one place of its first axes. */
  private static TorchWeight stored(TorchTensor tensor, Window window, List<Long> at) {
    int axes = at.size(), rank = tensor.shape().rank();
    long offset = tensor.offset();
    for (int axis = 0; axis < axes; axis++)
      offset += (at.get(axis) - window.begin(axis)) * tensor.strides().get(axis);
    long[] sizes = Arrays.copyOfRange(tensor.shape().dims(), axes, rank);
    return TorchWeight.of(tensor, offset, Shape.of(sizes), tensor.strides().subList(axes, rank));
  }

  @Override
  public void loaded() {
    // What other ranks ask for is in the same files.
  }
}
