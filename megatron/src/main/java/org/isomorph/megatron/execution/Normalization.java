package org.isomorph.megatron.execution;

import org.isomorph.dialect.Config;

/**
 * A norm over the last axis.
 *
 * @param rms whether by the root mean square; otherwise mean and variance, with a bias
 * @param eps added to the variance
 * @param centred whether the gain is stored less one
 */
record Normalization(boolean rms, double eps, boolean centred) {
  static Normalization of(Config args) {
    return new Normalization(
        switch (args.text("normalization", "LayerNorm")) {
          case "RMSNorm" -> true;
          case "LayerNorm" -> false;
          default -> throw args.invalid("normalization", "LayerNorm or RMSNorm");
        },
        args.real("layernorm_epsilon", args.real("norm_epsilon", 1e-5)),
        args.flag("layernorm_zero_centered_gamma", args.flag("apply_layernorm_1p", false)));
  }

  /** Each run of as many columns as the gain has, normalised. */
  Matrix apply(Matrix x, float[] gain, float[] bias) {
    Matrix y = Matrix.zeros(x.rows(), x.columns());
    int width = gain.length;
    for (int at = 0; at < x.values().length; at += width) {
      double mean = 0, square = 0;
      if (!rms) {
        for (int i = 0; i < width; i++) mean += x.values()[at + i];
        mean /= width;
      }
      for (int i = 0; i < width; i++) square += Math.pow(x.values()[at + i] - mean, 2);
      double scale = 1 / Math.sqrt(square / width + eps);
      for (int i = 0; i < width; i++) {
        double factor = centred ? 1.0 + gain[i] : gain[i];
        double shift = bias.length == 0 ? 0 : bias[i];
        y.values()[at + i] = (float) ((x.values()[at + i] - mean) * scale * factor + shift);
      }
    }
    return y;
  }
}
