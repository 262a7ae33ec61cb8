package org.isomorph.megatron.execution;

import java.util.List;

/** Attention over latents, as {@code MLASelfAttention} computes it. */
final class LatentAttention {
  private static final String MODULE = "self_attention.";

  private final Scope scope;
  private final LatentAttentionConfig config;
  private final int heads;

  LatentAttention(Scope scope, LatentAttentionConfig config) {
    this.scope = scope;
    this.config = config;
    this.heads = ParallelState.divide(config.heads(), scope.parallel().tensor(), "attention heads");
  }

  /** {@code x} is normalised, and shared as tokens are. */
  Matrix[] forward(Matrix[] x, List<Microbatch> batches) {
    int dim = config.plain() + config.rotated();
    Matrix[] query = queries(x, heads * dim);
    Matrix[] down = down(x, "linear_kv_down_proj", config.rank() + config.rotated());
    Matrix[] latent = normed(down, config.rank(), "kv_layernorm");
    Matrix[] turning = Scope.each(down, (_, both) -> both.columns(config.rank(), both.columns()));
    Matrix[] up =
        scope.column(
            latent,
            MODULE + "linear_kv_up_proj",
            heads * (config.plain() + config.value()),
            false,
            Partition.ROWS);
    Matrix[] context =
        Scope.each(
            up,
            (process, own) -> {
              Microbatch batch = batches.get(process / scope.parallel().tensor());
              return attend(query[process], own, turning[process], batch);
            });
    return scope.row(
        context, MODULE + "linear_proj", scope.config().hidden(), scope.config().bias());
  }

  private Matrix[] queries(Matrix[] x, int rows) {
    if (config.queryRank().isEmpty())
      return scope.column(x, MODULE + "linear_q_proj", rows, false, Partition.ROWS);
    int rank = config.queryRank().get();
    Matrix[] latent = normed(down(x, "linear_q_down_proj", rank), rank, "q_layernorm");
    return scope.column(latent, MODULE + "linear_q_up_proj", rows, false, Partition.ROWS);
  }

  /** All components of a latent, of all tokens: Megatron's own layers share the rows. */
  private Matrix[] down(Matrix[] x, String module, int outputs) {
    int ranks = scope.parallel().tensor();
    if (scope.config().engine())
      return scope.column(x, MODULE + module, outputs, false, Partition.REPLICATED);
    int share = ParallelState.divide(outputs, ranks, "rows of " + module);
    return Collectives.gatherColumns(
        scope.column(x, MODULE + module, share, false, Partition.ROWS), ranks);
  }

  /** The latent, normalised, shared as tokens are. */
  private Matrix[] normed(Matrix[] down, int width, String module) {
    Matrix[] latent = scope.scattered(Scope.each(down, (_, all) -> all.columns(0, width)));
    return config.norms() ? scope.norm(latent, MODULE + module, width) : latent;
  }

  private Matrix attend(Matrix query, Matrix up, Matrix turning, Microbatch batch) {
    int plain = config.plain(), dim = plain + config.rotated(), value = config.value();
    int[] positions = batch.positions();
    Matrix[] k = new Matrix[2 * heads], v = new Matrix[heads];
    for (int row = 0; row < query.rows(); row++) {
      config.rotary().turn(turning.values(), row * turning.columns(), positions[row]);
      for (int head = 0; head < heads; head++)
        config
            .rotary()
            .turn(query.values(), row * query.columns() + head * dim + plain, positions[row]);
    }
    for (int head = 0; head < heads; head++) {
      int at = head * (plain + value);
      k[2 * head] = up.columns(at, at + plain);
      k[2 * head + 1] = turning;
      v[head] = up.columns(at + plain, at + plain + value);
    }
    return new CoreAttention(batch, config.scale(), Integer.MAX_VALUE)
        .of(query, Matrix.beside(k), Matrix.beside(v), heads, heads);
  }
}
