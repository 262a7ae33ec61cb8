package org.isomorph.spec;

import java.util.Optional;

/**
 * A mixture of experts: a router sends each token to {@code topK} of {@code experts} feed-forward
 * layers.
 *
 * @param expert the shape that all experts have
 * @param shared a layer that every token passes, added to the experts' sum
 * @param router how experts are chosen and weighted
 */
public record Mixture(
    long experts, long topK, FeedForward.Single expert, Optional<Shared> shared, Router router)
    implements FeedForward {
  public Mixture {
    Require.positive("experts", experts);
    Require.positive("experts a token", topK);
    Require.atMost("experts a token", topK, "experts", experts);
    router.check(experts, topK);
  }

  /**
   * The layer that every token passes.
   *
   * @param gated whether its output is multiplied by {@code sigmoid(gate . x)}, as in Qwen2-MoE
   */
  public record Shared(FeedForward.Single layer, boolean gated) {
    @Override
    public String toString() {
      return (gated ? "gatedShared(" : "shared(") + layer + ")";
    }
  }

  public Mixture shared(FeedForward.Single layer) {
    return new Mixture(experts, topK, expert, Optional.of(new Shared(layer, false)), router);
  }

  public Mixture gatedShared(FeedForward.Single layer) {
    return new Mixture(experts, topK, expert, Optional.of(new Shared(layer, true)), router);
  }

  public Mixture router(Router by) {
    return new Mixture(experts, topK, expert, shared, by);
  }

  @Override
  public Mixture resolved(long dim) {
    return this;
  }

  @Override
  public String toString() {
    return "moe("
        + experts
        + ", "
        + topK
        + ", "
        + expert
        + ")"
        + shared.map(layer -> "." + layer).orElse("")
        + ".router("
        + router
        + ")";
  }
}
