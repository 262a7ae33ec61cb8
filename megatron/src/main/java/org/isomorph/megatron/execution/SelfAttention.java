package org.isomorph.megatron.execution;

import java.util.List;

/** Attention over heads, as {@code SelfAttention} computes it. */
final class SelfAttention {
  private static final String MODULE = "self_attention.";

  private final Scope scope;
  private final SelfAttentionConfig config;
  private final int groups;
  private final int heads;

  SelfAttention(Scope scope, SelfAttentionConfig config) {
    this.scope = scope;
    this.config = config;
    int ranks = scope.parallel().tensor();
    ParallelState.divide(config.heads(), ranks, "attention heads");
    boolean fewer = config.groups() < ranks;
    if (fewer) ParallelState.divide(ranks, config.groups(), "tensor parallel ranks");
    this.groups = fewer ? 1 : ParallelState.divide(config.groups(), ranks, "query groups");
    this.heads = fewer ? config.heads() / config.groups() : config.heads() / ranks;
  }

  /** {@code x} is normalised, and shared as tokens are. */
  Matrix[] forward(Matrix[] x, List<Microbatch> batches, int layer) {
    int ranks = scope.parallel().tensor(), dim = config.headDim();
    int rows =
        ParallelState.divide(
            (config.heads() + 2L * config.groups()) * dim, ranks, "rows of linear_qkv");
    Matrix[] mixed = scope.column(x, MODULE + "linear_qkv", rows, config.bias(), Partition.ROWS);
    if (config.groups() < ranks) mixed = ofOwnGroup(mixed);
    Matrix[] context =
        Scope.each(
            mixed, (process, own) -> heads(process, own, batches.get(process / ranks), layer));
    return scope.row(
        context, MODULE + "linear_proj", scope.config().hidden(), scope.config().bias());
  }

  /** With fewer groups than ranks each has a fragment of one: all are gathered, one's own taken. */
  private Matrix[] ofOwnGroup(Matrix[] mixed) {
    int sharing = scope.parallel().tensor() / config.groups();
    return Scope.each(
        Collectives.gatherColumns(mixed, scope.parallel().tensor()),
        (process, all) -> {
          int group = scope.parallel().tensorRank(process) / sharing;
          int size = all.columns() / config.groups();
          return all.columns(group * size, (group + 1) * size);
        });
  }

  private Matrix heads(int process, Matrix mixed, Microbatch batch, int layer) {
    int dim = config.headDim(), each = heads / groups, width = (each + 2) * dim;
    Matrix[] q = new Matrix[groups], k = new Matrix[groups], v = new Matrix[groups];
    for (int group = 0; group < groups; group++) {
      int at = group * width;
      q[group] = mixed.columns(at, at + each * dim);
      k[group] = mixed.columns(at + each * dim, at + (each + 1) * dim);
      v[group] = mixed.columns(at + (each + 1) * dim, at + width);
    }
    Matrix query = Matrix.beside(q), key = Matrix.beside(k);
    int own = heads;
    if (config.groups() < scope.parallel().tensor()) {
      int sharing = scope.parallel().tensor() / config.groups();
      own = heads / sharing;
      int from = scope.parallel().tensorRank(process) % sharing * own * dim;
      query = query.columns(from, from + own * dim);
    }
    if (config.norms()) {
      query = scope.norm(process, query, MODULE + "q_layernorm", dim);
      key = scope.norm(process, key, MODULE + "k_layernorm", dim);
    }
    turn(query, batch);
    turn(key, batch);
    return new CoreAttention(batch, 1 / Math.sqrt((double) dim), config.windows().get(layer))
        .of(query, key, Matrix.beside(v), own, groups);
  }

  private void turn(Matrix heads, Microbatch batch) {
    int[] positions = batch.positions();
    config
        .rotary()
        .ifPresent(rotary -> {
          for (int row = 0; row < heads.rows(); row++)
            for (int at = 0; at < heads.columns(); at += config.headDim())
              rotary.turn(heads.values(), row * heads.columns() + at, positions[row]);
        });
  }
}
