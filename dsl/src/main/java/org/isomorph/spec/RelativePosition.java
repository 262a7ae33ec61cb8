package org.isomorph.spec;

/** A position that attention applies to its queries and keys, or to its scores. */
public sealed interface RelativePosition
    permits Rope, RelativePosition.Alibi, RelativePosition.Buckets, RelativePosition.None {
  /**
   * Attention with linear biases, Press et al., arXiv 2108.12409: head h adds {@code -slope(h) *
   * distance} to its scores.
   *
   * @param maxBias the exponent of the smallest slope, {@code 2^-maxBias}; 8 in every published
   *     model
   * @param scale what all slopes are multiplied by; Falcon's are scaled as its scores are
   */
  record Alibi(double maxBias, double scale) implements RelativePosition {
    public Alibi {
      Require.positive("ALiBi max bias", maxBias);
      Require.positive("ALiBi scale", scale);
    }

    /** The same biases with all slopes multiplied by a factor. */
    public Alibi scale(double factor) {
      return new Alibi(maxBias, factor);
    }

    @Override
    public String toString() {
      return (maxBias == 8 ? "alibi()" : "alibi(" + maxBias + ")")
          + (scale == 1 ? "" : ".scale(" + Print.number(scale) + ")");
    }
  }

  /**
   * A learned bias for each head and bucket of distances, Raffel et al., arXiv 1910.10683. The
   * buckets of a bidirectional tower tell left from right; those of a causal tower count the past
   * only.
   *
   * @param buckets the number of buckets
   * @param maxDistance the distance from which all share the last bucket
   * @param share whether the first layer's table serves all layers
   */
  record Buckets(long buckets, long maxDistance, Share share) implements RelativePosition {
    public Buckets {
      Require.positive("buckets", buckets);
      Require.positive("bucket distance", maxDistance);
    }

    /** The same buckets with a table for each layer, as in GLaM. */
    public Buckets perLayer() {
      return new Buckets(buckets, maxDistance, Share.PER_LAYER);
    }

    /** Who owns a table. */
    public enum Share {
      FIRST_LAYER,
      PER_LAYER
    }

    @Override
    public String toString() {
      return "buckets("
          + buckets
          + ", "
          + maxDistance
          + ")"
          + (share == Share.PER_LAYER ? ".perLayer()" : "");
    }
  }

  /** Attention that knows no positions. */
  enum None implements RelativePosition {
    NONE;

    @Override
    public String toString() {
      return "noPosition()";
    }
  }

  RelativePosition NONE = None.NONE;
}
