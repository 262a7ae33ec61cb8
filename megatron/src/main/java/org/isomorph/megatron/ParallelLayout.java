package org.isomorph.megatron;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.isomorph.tensorfile.FileNames;

/**
 * How a model is spread over ranks.
 *
 * @param tensor ranks that share each layer's matrices (TP)
 * @param pipeline the stages (PP), and which layers each has
 * @param expert ranks that share experts out (EP)
 * @param expertTensor ranks that share each expert's matrices (ETP)
 */
public record ParallelLayout(int tensor, Pipeline pipeline, int expert, int expertTensor) {
  public ParallelLayout {
    positive("tensor parallel size", tensor);
    positive("expert parallel size", expert);
    positive("expert tensor parallel size", expertTensor);
  }

  private static void positive(String what, int size) {
    if (size < 1)
      throw new MegatronException("%s: expected at least 1, found %d".formatted(what, size));
  }

  /** Without parallelism of experts: where a layer has such, their matrices are cut as others. */
  public static ParallelLayout of(int tensor, Pipeline pipeline) {
    return new ParallelLayout(tensor, pipeline, 1, tensor);
  }

  /**
   * The ranks whose parts differ, stage by stage. Process r of a stage is rank {@code r mod TP} of
   * tensors, {@code r mod ETP} of experts' tensors and {@code r / ETP mod EP} of experts; the
   * smallest number of processes that shares both evenly has all there are.
   */
  public List<Rank> ranks() {
    return IntStream.range(0, pipeline.stages())
        .mapToObj(this::ranks)
        .flatMap(List::stream)
        .toList();
  }

  /** Those of them that are of one stage. */
  List<Rank> ranks(int stage) {
    return IntStream.range(0, processes())
        .mapToObj(process ->
            new Rank(
                process % tensor, stage, process / expertTensor % expert, process % expertTensor))
        .toList();
  }

  /** The processes of a stage. */
  public int processes() {
    int experts = Math.multiplyExact(expert, expertTensor);
    int common = tensor, rest = experts;
    while (rest != 0) {
      int next = common % rest;
      common = rest;
      rest = next;
    }
    return Math.multiplyExact(tensor / common, experts);
  }

  /**
   * The directory of each rank in the format {@code torch}, by rank.
   *
   * @throws MegatronException if two ranks that differ would share one
   */
  public Map<Rank, String> directories() {
    Map<Rank, String> directories = new HashMap<>();
    Map<String, Rank> taken = new HashMap<>();
    for (Rank rank : ranks()) {
      String directory = directory(rank);
      Rank earlier = taken.putIfAbsent(directory, rank);
      if (earlier != null && !earlier.equals(rank))
        throw new MegatronException(
            "expert tensor parallel size %d with tensor parallel size %d: the format torch has one directory %s for the ranks (%s) and (%s), which hold different parts of experts; write torch_dist"
                .formatted(expertTensor, tensor, directory, earlier, rank));
      directories.put(rank, directory);
    }
    return directories;
  }

  /** What the format {@code torch} calls a rank's directory. */
  public String directory(Rank rank) {
    return "mp_rank_"
        + FileNames.padded(rank.tensor(), 2)
        + (pipeline.stages() > 1 ? "_" + FileNames.padded(rank.pipeline(), 3) : "")
        + (expert > 1 ? "_" + FileNames.padded(rank.expert(), 3) : "");
  }

  @Override
  public String toString() {
    return "TP "
        + tensor
        + ", PP "
        + pipeline.stages()
        + (pipeline.virtual() > 1 ? ", VPP " + pipeline.virtual() : "")
        + (expert > 1 ? ", EP " + expert : "")
        + (expertTensor != tensor ? ", ETP " + expertTensor : "");
  }
}
