package org.isomorph.spec;

/**
 * What a branch computes from the (normalised) residual stream: attention, a feed-forward layer, or
 * retention.
 */
public sealed interface Mixer permits Attention, FeedForward, Retention {
  /**
   * The mixer as part of a tower {@code dim} wide: what was left to be filled in is, and what does
   * not fit is refused.
   */
  Mixer resolved(long dim);
}
