package org.isomorph.megatron.execution;

import java.util.function.DoubleUnaryOperator;
import org.isomorph.dialect.Config;

/**
 * A feed-forward layer.
 *
 * @param hidden the width within, over all ranks
 * @param gated whether the first half of what the first matrix gives is a gate
 * @param activation of the gate, or of all
 */
record MlpConfig(int hidden, boolean gated, DoubleUnaryOperator activation) {
  static MlpConfig of(Config args, long hidden) {
    int width = TransformerConfig.integer(args, "ffn_hidden_size", hidden);
    if (args.flag("swiglu", false)) return new MlpConfig(width, true, MlpConfig::silu);
    if (args.flag("quick_geglu", false))
      return new MlpConfig(width, true, x -> x / (1 + Math.exp(-1.702 * x)));
    if (args.flag("squared_relu", false))
      return new MlpConfig(width, false, x -> x > 0 ? x * x : 0);
    // What the fused kernel computes is the approximation. The core asks for no other argument:
    // --openai-gelu is of models from before it.
    boolean fused = args.flag("add_bias_linear", true) && args.flag("bias_gelu_fusion", true);
    return new MlpConfig(width, false, fused ? MlpConfig::tanhGelu : MlpConfig::gelu);
  }

  MlpConfig hidden(int width) {
    return new MlpConfig(width, gated, activation);
  }

  private static double silu(double x) {
    return x / (1 + Math.exp(-x));
  }

  private static double tanhGelu(double x) {
    return 0.5 * x * (1 + Math.tanh(0.79788456 * x * (1 + 0.044715 * x * x)));
  }

  private static double gelu(double x) {
    return x * GaussianTail.below(x);
  }
}
