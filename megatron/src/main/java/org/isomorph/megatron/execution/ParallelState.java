package org.isomorph.megatron.execution;

import org.isomorph.dialect.Config;
import org.isomorph.megatron.MegatronException;

/**
 * How many processes share what, and who is who among the processes of a stage.
 *
 * @param tensor processes that share each layer's matrices; neighbours
 * @param stages of the pipeline
 * @param virtual chunks a process
 * @param expert processes that share experts out
 * @param expertTensor processes that share each expert's matrices; neighbours
 * @param sequence whether, between the matrices, processes share the tokens
 */
record ParallelState(
    int tensor, int stages, int virtual, int expert, int expertTensor, boolean sequence) {
  static ParallelState of(Config args, boolean mixture) {
    int tensor = size(args, "tensor_model_parallel_size", 1);
    int expert = mixture ? size(args, "expert_model_parallel_size", 1) : 1;
    int expertTensor = mixture ? size(args, "expert_tensor_parallel_size", tensor) : tensor;
    return new ParallelState(
        tensor,
        size(args, "pipeline_model_parallel_size", 1),
        size(args, "virtual_pipeline_model_parallel_size", 1),
        expert,
        expertTensor,
        args.flag("sequence_parallel", false));
  }

  private static int size(Config args, String key, int otherwise) {
    long size = args.number(key, otherwise);
    if (size < 1 || size > 1 << 20) throw args.invalid(key, "a number of processes");
    return (int) size;
  }

  /** The smallest number of processes of a stage that has all groups whole. */
  int processes() {
    int experts = Math.multiplyExact(expert, expertTensor), processes = Math.max(tensor, experts);
    while (processes % tensor != 0 || processes % experts != 0) processes++;
    return processes;
  }

  /** How many copies of the layers that are no experts there are: each has its own tokens. */
  int replicas() {
    return processes() / tensor;
  }

  int tensorRank(int process) {
    return process % tensor;
  }

  int expertTensorRank(int process) {
    return process % expertTensor;
  }

  int expertRank(int process) {
    return process / expertTensor % expert;
  }

  /** A share of what must divide evenly. */
  static int divide(long size, int processes, String what) {
    if (size % processes != 0)
      throw new MegatronException(
          "%s: expected a multiple of the %d processes that share them, found %d"
              .formatted(what, processes, size));
    return Math.toIntExact(size / processes);
  }

  @Override
  public String toString() {
    return "TP %d, PP %d".formatted(tensor, stages)
        + (virtual > 1 ? ", VPP " + virtual : "")
        + (expert > 1 ? ", EP " + expert : "")
        + (expertTensor != tensor ? ", ETP " + expertTensor : "")
        + (sequence && tensor > 1 ? ", sequence parallel" : "");
  }
}
