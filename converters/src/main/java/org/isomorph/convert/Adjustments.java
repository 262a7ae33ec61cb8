package org.isomorph.convert;

import java.util.List;

/** The laws that are known. */
public final class Adjustments {
  /**
   * In the order in which they are applied: first those that move numbers, then those that compute
   * new ones.
   */
  public static final List<Adjustment> ALL =
      List.of(
          new AttentionBias(),
          new FeedForwardBias(),
          new HeadTying(),
          new SharedNorm(),
          new KeyValueHeads(),
          new RotaryPairing(),
          new SingleExpert(),
          new SharedExpert(),
          new EmbeddingScale(),
          new UnitOffset(),
          new NormalisedHead());

  private Adjustments() {}
}
