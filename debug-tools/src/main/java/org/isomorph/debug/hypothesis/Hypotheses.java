package org.isomorph.debug.hypothesis;

import java.util.List;
import java.util.stream.Stream;

/** All hypotheses, the more that one explains the earlier. */
final class Hypotheses {
  private Hypotheses() {}

  /** Those on weights. */
  static final List<Hypothesis> WEIGHTS =
      List.of(
          WeightHypotheses::shifted,
          FeedForwardHypotheses::permuted,
          AttentionHypotheses::packed,
          AttentionHypotheses::tiled,
          FeedForwardHypotheses::interleaved,
          WeightHypotheses::swapped,
          AttentionHypotheses::pairing,
          WeightHypotheses::transposed,
          WeightHypotheses::another,
          AttentionHypotheses::swappedHeads,
          WeightHypotheses::missing,
          WeightHypotheses::ones,
          WeightHypotheses::offset,
          WeightHypotheses::negated,
          WeightHypotheses::rolled,
          WeightHypotheses::halves,
          WeightHypotheses::zeroed,
          WeightHypotheses::scaled,
          WeightHypotheses::ofAnotherLayer);

  /** Those on descriptions. */
  static final List<Hypothesis> DESCRIPTIONS =
      List.of(
          DescriptionHypotheses::epsilon,
          DescriptionHypotheses::theta,
          DescriptionHypotheses::rotation,
          DescriptionHypotheses::attentionScale,
          DescriptionHypotheses::scores,
          DescriptionHypotheses::window,
          DescriptionHypotheses::mask,
          DescriptionHypotheses::activation,
          DescriptionHypotheses::router,
          DescriptionHypotheses::embeddingScale,
          DescriptionHypotheses::head);

  static Stream<Hypothesis> all() {
    return Stream.concat(WEIGHTS.stream(), DESCRIPTIONS.stream());
  }
}
