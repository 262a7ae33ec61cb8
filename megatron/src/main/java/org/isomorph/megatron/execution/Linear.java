package org.isomorph.megatron.execution;

import java.util.Optional;
import java.util.stream.IntStream;

/** A matrix product with a weight that is read in blocks of rows; sums are float64. */
final class Linear {
  private static final int BLOCK = 1 << 22;
  private static final long WORTH_THREADS = 1 << 18;

  private Linear() {}

  /** {@code x} times the weight transposed, and a bias for each of its rows. */
  static Matrix apply(Matrix x, Weight weight, Optional<Weight> bias) {
    if (x.columns() != weight.columns())
      throw new IllegalArgumentException(
          "a weight of %d columns is given %d features".formatted(weight.columns(), x.columns()));
    int features = weight.columns(), outputs = weight.rows();
    Matrix y = Matrix.zeros(x.rows(), outputs);
    if (x.rows() == 0) return y;
    double[] inputs = transposed(x);
    float[] constant = bias.map(Weight::values).orElseGet(() -> new float[outputs]);
    int step = Math.max(1, BLOCK / Math.max(1, features));
    for (int first = 0; first < outputs; first += step) {
      int from = first, count = Math.min(step, outputs - first);
      float[] block = weight.rows(from, count);
      IntStream each = IntStream.range(0, count);
      if ((long) count * features * x.rows() > WORTH_THREADS) each = each.parallel();
      each.forEach(row -> {
        double[] sums = sums(inputs, x.rows(), block, row * features, features);
        for (int token = 0; token < sums.length; token++)
          y.values()[token * outputs + from + row] = (float) (sums[token] + constant[from + row]);
      });
    }
    return y;
  }

  /** For all tokens at once, four features at a time: a loop that the JIT compiler vectorises. */
  private static double[] sums(double[] inputs, int tokens, float[] block, int at, int features) {
    double[] sums = new double[tokens];
    int feature = 0;
    for (; feature + 4 <= features; feature += 4) {
      double a = block[at + feature], b = block[at + feature + 1];
      double c = block[at + feature + 2], d = block[at + feature + 3];
      int p = feature * tokens, q = p + tokens, r = q + tokens, s = r + tokens;
      for (int token = 0; token < tokens; token++)
        sums[token] +=
            a * inputs[p + token]
                + b * inputs[q + token]
                + c * inputs[r + token]
                + d * inputs[s + token];
    }
    for (; feature < features; feature++)
      for (int token = 0; token < tokens; token++)
        sums[token] += block[at + feature] * inputs[feature * tokens + token];
    return sums;
  }

  private static double[] transposed(Matrix x) {
    double[] values = new double[x.values().length];
    for (int row = 0; row < x.rows(); row++)
      for (int column = 0; column < x.columns(); column++)
        values[column * x.rows() + row] = x.get(row, column);
    return values;
  }
}
