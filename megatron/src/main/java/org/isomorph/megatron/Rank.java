package org.isomorph.megatron;

/**
 * One process of those that hold a model together.
 *
 * @param tensor its place among those that share each layer's matrices
 * @param pipeline its stage
 * @param expert its place among those that share experts out
 * @param expertTensor its place among those that share each expert's matrices
 */
public record Rank(int tensor, int pipeline, int expert, int expertTensor) {
  @Override
  public String toString() {
    return "tp %d, pp %d".formatted(tensor, pipeline)
        + (expert == 0 && expertTensor == tensor ? "" : ", ep " + expert)
        + (expertTensor == tensor ? "" : ", etp " + expertTensor);
  }
}
