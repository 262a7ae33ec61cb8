package org.isomorph.megatron.execution;

import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A mixture of experts, as {@code MoELayer} computes it: each process routes the tokens it has; all
 * tokens of the processes that share the experts are gathered; each process lets its experts, or
 * its part of them, work on those that are theirs; sums go back to where the tokens came from.
 */
final class MixtureLayer {
  private final Scope scope;
  private final MixtureConfig config;
  private final boolean bias;

  MixtureLayer(Scope scope, MixtureConfig config) {
    this.scope = scope;
    this.config = config;
    this.bias = scope.config().bias();
  }

  Matrix[] forward(Matrix[] x) {
    ParallelState parallel = scope.parallel();
    int group = parallel.expert() * parallel.expertTensor();
    Matrix[] weights = Scope.each(x, this::route);
    Matrix[] tokens = Collectives.gatherRows(x, group);
    Matrix[] chosen = Collectives.gatherRows(weights, group);
    Matrix[] partial = Scope.each(tokens, (process, all) -> experts(process, all, chosen[process]));
    Matrix[] sums = Collectives.sum(partial, group);
    Matrix[] routed = new Matrix[x.length];
    int at = 0;
    for (int process = 0; process < x.length; process++) {
      if (process % group == 0) at = 0;
      routed[process] = sums[process].rows(at, at + x[process].rows());
      at += x[process].rows();
    }
    if (config.shared().isEmpty()) return routed;
    Matrix[] shared = shared(x, config.shared().get());
    return Scope.each(routed, (process, own) -> own.plus(shared[process]));
  }

  /** The weight of each expert for each token; 0 for those that it is not sent to. */
  private Matrix route(int process, Matrix x) {
    int experts = config.experts(), hidden = scope.config().hidden();
    Weight gate = weight(process, "mlp.router.weight", experts, hidden);
    Matrix logits =
        Linear.apply(
            x,
            gate,
            bias ? Optional.of(weight(process, "mlp.router.bias", experts, 0)) : Optional.empty());
    float[] correction =
        config.router().biased()
            ? scope.vector(process, "mlp.router.expert_bias", experts)
            : new float[0];
    Matrix weights = Matrix.zeros(x.rows(), experts);
    for (int row = 0; row < x.rows(); row++) {
      int token = row;
      double[] of =
          IntStream.range(0, experts).mapToDouble(expert -> logits.get(token, expert)).toArray();
      double[] chosen = config.router().weights(of, correction);
      for (int expert = 0; expert < experts; expert++)
        weights.values()[row * experts + expert] = (float) chosen[expert];
    }
    return weights;
  }

  private Weight weight(int process, String part, int rows, int columns) {
    return scope.weight(process, part, Partition.REPLICATED, rows, columns);
  }

  /** What the process's experts add for all tokens. */
  private Matrix experts(int process, Matrix tokens, Matrix weights) {
    ParallelState parallel = scope.parallel();
    int each = ParallelState.divide(config.experts(), parallel.expert(), "experts");
    Matrix sum = Matrix.zeros(tokens.rows(), tokens.columns());
    for (int local = 0; local < each; local++) {
      int expert = parallel.expertRank(process) * each + local;
      int[] sent =
          IntStream.range(0, tokens.rows()).filter(row -> weights.get(row, expert) != 0).toArray();
      Matrix own = expert(process, local, picked(tokens, sent));
      for (int i = 0; i < sent.length; i++)
        for (int column = 0; column < sum.columns(); column++)
          sum.values()[sent[i] * sum.columns() + column] +=
              own.get(i, column) * weights.get(sent[i], expert);
    }
    return sum;
  }

  private static Matrix picked(Matrix x, int[] rows) {
    Matrix picked = Matrix.zeros(rows.length, x.columns());
    for (int i = 0; i < rows.length; i++)
      System.arraycopy(
          x.values(), rows[i] * x.columns(), picked.values(), i * x.columns(), x.columns());
    return picked;
  }

  private Matrix expert(int process, int local, Matrix x) {
    MlpConfig expert = config.expert();
    int share =
        ParallelState.divide(
            expert.hidden(), scope.parallel().expertTensor(), "units of an expert");
    int inner = expert.gated() ? 2 * share : share;
    Partition rows = expert.gated() ? Partition.GATED_ROWS : Partition.ROWS;
    Matrix active =
        Mlp.activate(linear(process, local, x, "linear_fc1", rows, inner, rows), expert);
    return linear(
        process,
        local,
        active,
        "linear_fc2",
        Partition.COLUMNS,
        scope.config().hidden(),
        Partition.REPLICATED);
  }

  private Matrix linear(
      int process,
      int local,
      Matrix x,
      String module,
      Partition partition,
      int outputs,
      Partition ofBias) {
    Weight weight =
        scope.weight(process, local, module + ".weight", partition, outputs, x.columns());
    return Linear.apply(
        x,
        weight,
        bias
            ? Optional.of(scope.weight(process, local, module + ".bias", ofBias, outputs, 0))
            : Optional.empty());
  }

  private Matrix[] shared(Matrix[] x, MlpConfig layer) {
    Matrix[] y = new Mlp(scope, layer, "mlp.shared_experts.").forward(x);
    if (!config.gatedShared()) return y;
    return Scope.each(
        y,
        (process, own) -> {
          Weight gate = weight(process, "mlp.shared_experts.gate_weight", 1, own.columns());
          Matrix score = Linear.apply(x[process], gate, Optional.empty());
          Matrix gated = Matrix.zeros(own.rows(), own.columns());
          for (int i = 0; i < gated.values().length; i++)
            gated.values()[i] =
                (float) (own.values()[i] / (1 + Math.exp(-score.values()[i / own.columns()])));
          return gated;
        });
  }
}
