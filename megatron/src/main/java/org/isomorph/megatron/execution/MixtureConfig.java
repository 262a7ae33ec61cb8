package org.isomorph.megatron.execution;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.isomorph.dialect.Config;

/**
 * A mixture of experts.
 *
 * @param experts over all ranks
 * @param expert each of them
 * @param router how they are chosen
 * @param shared a layer that all tokens pass
 * @param gatedShared whether it has a gate
 * @param layers whether each layer is a mixture
 */
record MixtureConfig(
    int experts,
    MlpConfig expert,
    TopKRouter router,
    Optional<MlpConfig> shared,
    boolean gatedShared,
    List<Boolean> layers) {
  static MixtureConfig of(Config args) {
    int experts = TransformerConfig.integer(args, "num_experts");
    long hidden =
        args.number(
            "moe_ffn_hidden_size", args.number("ffn_hidden_size", 4 * args.number("hidden_size")));
    long shared = args.number("moe_shared_expert_intermediate_size", 0);
    boolean bias = args.flag("add_bias_linear", true);
    if (bias && shared > 0)
      throw args.invalid("add_bias_linear", "false: Megatron has no biases in shared experts");
    if (bias && args.number("expert_tensor_parallel_size", 1) > 1)
      throw args.invalid(
          "add_bias_linear", "false: Megatron refuses biases of experts that several ranks share");
    return new MixtureConfig(
        experts,
        MlpConfig.of(args, hidden),
        TopKRouter.of(args, experts),
        shared > 0 ? Optional.of(MlpConfig.of(args, shared)) : Optional.empty(),
        args.flag("moe_shared_expert_gate", false),
        IntStream.range(0, TransformerConfig.integer(args, "num_layers"))
            .mapToObj(layer -> isIn(args, layer))
            .toList());
  }

  private static boolean isIn(Config args, int layer) {
    String key = "moe_layer_freq";
    List<Long> which = args.numbers(key);
    if (which.isEmpty()) return true;
    if (which.size() == 1 && which.getFirst() != 0) return layer % which.getFirst() == 0;
    return TransformerConfig.each(which, layer, key, args);
  }

  boolean isIn(int layer) {
    return layers.get(layer);
  }
}
