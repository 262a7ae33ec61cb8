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

  /**
   * Those on descriptions: mistakes in what is computed from the right weights. Each tries what the
   * other side's description says, where it says something else, and then the usual values.
   */
  static final List<Hypothesis> DESCRIPTIONS =
      List.of(
          NormHypotheses::epsilon,
          RopeHypotheses::theta,
          RopeHypotheses::rotation,
          ScoreHypotheses::attentionScale,
          ScoreHypotheses::scores,
          ScoreHypotheses::window,
          ScoreHypotheses::mask,
          HiddenLayerHypotheses::activation,
          HiddenLayerHypotheses::router,
          EndHypotheses::embeddingScale,
          EndHypotheses::head);

  static Stream<Hypothesis> all() {
    return Stream.concat(WEIGHTS.stream(), DESCRIPTIONS.stream());
  }
}
