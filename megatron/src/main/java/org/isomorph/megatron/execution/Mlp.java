package org.isomorph.megatron.execution;

/** A feed-forward layer, as {@code MLP} computes it. */
final class Mlp {
  private final Scope scope;
  private final MlpConfig config;
  private final String module;
  private final int share;

  /**
   * @param module what it is called within the layer, with a dot behind
   */
  Mlp(Scope scope, MlpConfig config, String module) {
    this.scope = scope;
    this.config = config;
    this.module = module;
    this.share =
        ParallelState.divide(
            config.hidden(), scope.parallel().tensor(), "units of a feed-forward layer");
  }

  Matrix[] forward(Matrix[] x) {
    boolean bias = scope.config().bias();
    Matrix[] inner =
        scope.column(
            x,
            module + "linear_fc1",
            config.gated() ? 2 * share : share,
            bias,
            config.gated() ? Partition.GATED_ROWS : Partition.ROWS);
    Matrix[] active = Scope.each(inner, (_, both) -> activate(both, config));
    return scope.row(active, module + "linear_fc2", scope.config().hidden(), bias);
  }

  /** A gated layer's own outputs are two halves: the first is the gate. */
  static Matrix activate(Matrix x, MlpConfig config) {
    int width = config.gated() ? x.columns() / 2 : x.columns();
    Matrix y = Matrix.zeros(x.rows(), width);
    for (int row = 0; row < x.rows(); row++)
      for (int i = 0; i < width; i++) {
        double active = config.activation().applyAsDouble(x.get(row, i));
        double by = config.gated() ? x.get(row, width + i) : 1;
        y.values()[row * width + i] = (float) (active * by);
      }
    return y;
  }
}
