package org.isomorph.megatron;

import java.util.List;
import java.util.stream.LongStream;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Outline;
import org.isomorph.spec.Activation;
import org.isomorph.spec.Dense;
import org.isomorph.spec.Dsl;
import org.isomorph.spec.FeedForward;
import org.isomorph.spec.Gated;
import org.isomorph.spec.Mixture;
import org.isomorph.spec.Model;

/** The arguments of feed-forward layers, dense ones and mixtures. */
final class FeedForwardArguments {
  private static final String HIDDEN = "ffn_hidden_size";
  private static final String GATED = "swiglu";
  private static final String QUICK = "quick_geglu";
  private static final String SQUARED = "squared_relu";
  private static final String FUSED = "bias_gelu_fusion";
  private static final String BIAS = "add_bias_linear";
  private static final String EXPERTS = "num_experts";
  private static final String LAYERS = "moe_layer_freq";
  private static final String SHARED = "moe_shared_expert_intermediate_size";
  private static final String SHARED_GATE = "moe_shared_expert_gate";

  private final Config config;

  private FeedForwardArguments(Config config) {
    this.config = config;
  }

  static FeedForwardArguments reading(Config config) {
    return new FeedForwardArguments(config);
  }

  FeedForward layer(long layer) {
    return config.has(EXPERTS) && isMixture(layer) ? mixture() : single(hidden());
  }

  /** Every n-th is a mixture, from the first on, or a list says it of each. */
  private boolean isMixture(long layer) {
    List<Long> which = config.numbers(LAYERS);
    if (which.isEmpty()) return true;
    if (which.size() == 1) return layer % which.getFirst() == 0;
    if (layer >= which.size())
      throw config.invalid(LAYERS, "a number for each of the %d layers".formatted(layer + 1));
    return which.get((int) layer) != 0;
  }

  private long hidden() {
    return config.number(HIDDEN, Math.multiplyExact(4, config.number("hidden_size")));
  }

  private Mixture mixture() {
    if (config.flag(BIAS, true))
      throw config.invalid(
          BIAS, "false with experts: Megatron's router would have a bias, which is not described");
    Mixture mixture =
        Dsl.moe(
                config.number(EXPERTS),
                config.number("moe_router_topk", 2),
                single(config.number("moe_ffn_hidden_size", hidden())))
            .router(RouterArguments.read(config));
    long shared = config.number(SHARED, 0);
    if (shared == 0) return mixture;
    return config.flag(SHARED_GATE, false)
        ? mixture.gatedShared(single(shared))
        : mixture.shared(single(shared));
  }

  private FeedForward.Single single(long hidden) {
    boolean bias = config.flag(BIAS, true);
    if (config.flag(GATED, false) || config.flag(QUICK, false)) {
      Gated gated =
          config.flag(GATED, false) ? Dsl.swiglu(hidden) : Dsl.gated(hidden, Activation.QUICK_GELU);
      return bias ? gated.biased() : gated;
    }
    Dense dense = Dsl.mlp(hidden, activation(bias));
    return bias ? dense.biased() : dense;
  }

  /**
   * Megatron's fused GELU, which adds the bias too, is the approximation by tanh. Without a bias
   * there is none: the core does not look at {@code openai_gelu}, which older models knew.
   */
  private Activation activation(boolean bias) {
    if (config.flag(SQUARED, false)) return Activation.RELU_SQUARED;
    boolean fused = bias && config.flag(FUSED, true);
    return fused ? Activation.GELU_TANH : Activation.GELU;
  }

  // ---- model to arguments

  static void write(Config.Builder config, Model model) {
    Outline outline = Outline.of(model);
    Activation activation = outline.ffn().activation();
    boolean gated = outline.ffn() instanceof Gated;
    config
        .set(HIDDEN, outline.ffn().hidden())
        .set(GATED, gated && activation == Activation.SILU)
        .set(QUICK, gated && activation == Activation.QUICK_GELU)
        .set(SQUARED, !gated && activation == Activation.RELU_SQUARED)
        .set(FUSED, !gated && activation == Activation.GELU_TANH);
    List<Integer> mixtures =
        LongStream.range(0, model.last().depth())
            .mapToObj(layer -> model.last().layer(layer).has(Mixture.class) ? 1 : 0)
            .toList();
    if (!mixtures.contains(1)) return;
    Mixture mixture = Outline.mixture(model.last());
    config
        .set(EXPERTS, mixture.experts())
        .set("moe_router_topk", mixture.topK())
        .set("moe_ffn_hidden_size", mixture.expert().hidden());
    if (mixtures.contains(0)) config.set(LAYERS, mixtures);
    else config.set(LAYERS, 1);
    mixture
        .shared()
        .ifPresent(
            shared -> config.set(SHARED, shared.layer().hidden()).set(SHARED_GATE, shared.gated()));
    RouterArguments.write(config, mixture);
  }
}
