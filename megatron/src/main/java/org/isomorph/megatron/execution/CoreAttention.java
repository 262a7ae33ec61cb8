package org.isomorph.megatron.execution;

import java.util.Arrays;
import java.util.stream.IntStream;

/** Causal softmax attention of a process's own heads, within each sequence. */
final class CoreAttention {
  private final Microbatch batch;
  private final double scale;
  private final int window;

  /**
   * @param window the keys that a query sees, itself among them
   */
  CoreAttention(Microbatch batch, double scale, int window) {
    this.batch = batch;
    this.scale = scale;
    this.window = window;
  }

  /**
   * The heads' values, weighted.
   *
   * @param q (tokens, heads x head dimension)
   * @param k (tokens, groups x head dimension); a group serves neighbouring heads
   * @param v (tokens, groups x value dimension)
   */
  Matrix of(Matrix q, Matrix k, Matrix v, int heads, int groups) {
    int dim = q.columns() / heads, valueDim = v.columns() / groups;
    Matrix y = Matrix.zeros(q.rows(), heads * valueDim);
    IntStream.range(0, heads)
        .parallel()
        .forEach(head -> {
          int group = head / (heads / groups);
          for (int sequence = 0; sequence + 1 < batch.starts().size(); sequence++)
            for (int at = batch.starts().get(sequence); at < batch.starts().get(sequence + 1); at++)
              token(
                  q,
                  k,
                  v,
                  y,
                  new int[] {batch.starts().get(sequence), at},
                  head,
                  group,
                  dim,
                  valueDim);
        });
    return y;
  }

  private void token(
      Matrix q,
      Matrix k,
      Matrix v,
      Matrix y,
      int[] span,
      int head,
      int group,
      int dim,
      int valueDim) {
    int at = span[1], first = (int) Math.max(span[0], (long) at - window + 1);
    double[] scores = new double[at - first + 1];
    for (int key = first; key <= at; key++) {
      double sum = 0;
      for (int i = 0; i < dim; i++)
        sum += (double) q.get(at, head * dim + i) * k.get(key, group * dim + i);
      scores[key - first] = sum * scale;
    }
    double most = Arrays.stream(scores).max().orElse(0), total = 0;
    for (int i = 0; i < scores.length; i++) {
      scores[i] = Math.exp(scores[i] - most);
      total += scores[i];
    }
    for (int i = 0; i < valueDim; i++) {
      double sum = 0;
      for (int key = first; key <= at; key++)
        sum += scores[key - first] * v.get(key, group * valueDim + i);
      y.values()[at * y.columns() + head * valueDim + i] = (float) (sum / total);
    }
  }
}
