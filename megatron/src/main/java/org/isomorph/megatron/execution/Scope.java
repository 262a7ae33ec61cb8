package org.isomorph.megatron.execution;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The modules of one place in a model, on all processes of a stage: its parallel layers.
 *
 * @param states of the processes
 * @param layer of the chunk; empty outside of layers
 */
record Scope(
    List<RankState> states, ParallelState parallel, TransformerConfig config, OptionalInt layer) {
  /** What one process does with what it holds. */
  interface Local {
    Matrix of(int process, Matrix x);
  }

  /** The same at a layer of the chunk. */
  Scope at(int which) {
    return new Scope(states, parallel, config, OptionalInt.of(which));
  }

  Weight weight(int process, String part, Partition partition, int rows, int columns) {
    return states
        .get(process)
        .weight(new Parameter(layer, part, OptionalInt.empty(), partition, rows, columns));
  }

  Weight weight(int process, int expert, String part, Partition partition, int rows, int columns) {
    return states
        .get(process)
        .weight(new Parameter(layer, part, OptionalInt.of(expert), partition, rows, columns));
  }

  static Matrix[] each(Matrix[] x, Local local) {
    Matrix[] y = new Matrix[x.length];
    for (int process = 0; process < x.length; process++) y[process] = local.of(process, x[process]);
    return y;
  }

  // ---- between processes

  /** All tokens, where processes share them. */
  Matrix[] gathered(Matrix[] x) {
    return parallel.sequence() ? Collectives.gatherRows(x, parallel.tensor()) : x;
  }

  /** Partial sums added up; each process has what it goes on with. */
  Matrix[] reduced(Matrix[] x) {
    return parallel.sequence()
        ? Collectives.sumAndScatterRows(x, parallel.tensor())
        : Collectives.sum(x, parallel.tensor());
  }

  /** What all have, where processes go on with their share of the tokens. */
  Matrix[] scattered(Matrix[] x) {
    return parallel.sequence() ? Collectives.scatterRows(x, parallel.tensor()) : x;
  }

  // ---- layers

  /** Each head, or each row, normalised by the process's own copy of the gain. */
  Matrix[] norm(Matrix[] x, String module, int width) {
    return each(x, (process, rows) -> norm(process, rows, module, width));
  }

  Matrix norm(int process, Matrix x, String module, int width) {
    float[] gain = vector(process, module + ".weight", width);
    float[] bias = config.norm().rms() ? new float[0] : vector(process, module + ".bias", width);
    return config.norm().apply(x, gain, bias);
  }

  float[] vector(int process, String part, int width) {
    return weight(process, part, Partition.REPLICATED, width, 0).values();
  }

  /**
   * A column-parallel layer: every process has all inputs and its share of the outputs.
   *
   * @param outputs of a process
   * @param partition rows, or rows of two halves
   */
  Matrix[] column(Matrix[] x, String module, int outputs, boolean bias, Partition partition) {
    return each(
        gathered(x),
        (process, all) -> {
          Weight weight = weight(process, module + ".weight", partition, outputs, all.columns());
          return Linear.apply(
              all,
              weight,
              bias
                  ? Optional.of(weight(process, module + ".bias", partition, outputs, 0))
                  : Optional.empty());
        });
  }

  /** A row-parallel layer: every process has its share of the inputs; a bias is added once. */
  Matrix[] row(Matrix[] x, String module, int outputs, boolean bias) {
    Matrix[] partial =
        each(
            x,
            (process, share) ->
                Linear.apply(
                    share,
                    weight(
                        process, module + ".weight", Partition.COLUMNS, outputs, share.columns()),
                    Optional.empty()));
    Matrix[] sum = reduced(partial);
    return bias
        ? each(sum, (process, rows) -> rows.plus(vector(process, module + ".bias", outputs)))
        : sum;
  }
}
