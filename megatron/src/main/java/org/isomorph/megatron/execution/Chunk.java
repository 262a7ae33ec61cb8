package org.isomorph.megatron.execution;

/**
 * What the processes of a stage compute in one pass.
 *
 * @param stage which
 * @param pass which of the stage's chunks
 * @param embeds whether it begins with the token table
 * @param first its first layer, counted over the whole model
 * @param layers how many it has
 * @param heads whether it ends with the logits
 */
record Chunk(int stage, int pass, boolean embeds, int first, int layers, boolean heads) {
  @Override
  public String toString() {
    return "stage %d".formatted(stage) + (pass > 0 ? ", chunk " + pass : "");
  }
}
