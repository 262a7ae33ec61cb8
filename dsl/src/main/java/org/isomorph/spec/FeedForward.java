package org.isomorph.spec;

/** A layer that treats each token apart: one hidden layer, a gated one, or a mixture of either. */
public sealed interface FeedForward extends Mixer permits FeedForward.Single, Mixture {
  /** A feed-forward layer that is not a mixture, and so can be an expert of one. */
  sealed interface Single extends FeedForward permits Dense, Gated {
    /** The width of the hidden layer. */
    long hidden();

    Activation activation();

    /** Whether each linear map has a bias. */
    boolean bias();

    @Override
    default Single resolved(long dim) {
      return this;
    }
  }
}
