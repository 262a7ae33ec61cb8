package org.isomorph.debug;

import java.util.List;
import java.util.Optional;

/**
 * How much one token attends to another, head by head.
 *
 * @param info what it was measured on
 * @param mixer {@code decoder.3.attn}
 * @param kind which keys a query may see, in words
 * @param query the token that attends
 * @param key the token that is attended to
 * @param heads in the order of the heads
 * @param mean of the heads' weights
 * @param contribution the norm of what all heads together add to the query's stream for this key:
 *     their vectors may strengthen or cancel each other
 * @param added the norm of what attention adds there for all keys, but for a bias
 * @param isBeforeNorm whether a norm stands between that and the stream, as in models that
 *     normalise what attention gives: contributions are sizes before it
 * @param hidden why the query cannot see the key: then all weights are 0, whatever was learned
 * @param reverse the mean with the roles exchanged; empty in cross-attention
 * @param reverseHidden why that is 0, if it must be
 * @param disturbance by how much looking changed the model's outputs, as a part of the greatest
 */
public record AttentionReadout(
    RunInfo info,
    String mixer,
    String kind,
    Token query,
    Token key,
    List<HeadWeight> heads,
    double mean,
    double contribution,
    double added,
    boolean isBeforeNorm,
    Optional<String> hidden,
    Optional<Double> reverse,
    Optional<String> reverseHidden,
    double disturbance) {
  public AttentionReadout {
    heads = List.copyOf(heads);
  }

  /**
   * One head.
   *
   * @param head the query head
   * @param group the key and value head that it reads
   * @param weight of the key for the query
   * @param rowSum over all keys
   * @param sinkMass what a sink takes; 0 without one
   * @param toFirst the weight of the first key, on which heads park what they do not need
   * @param contribution the norm of what this adds to the stream, {@code |weight * v * O|}: a
   *     weight on a value of nearly nothing moves nothing
   */
  public record HeadWeight(
      int head,
      long group,
      double weight,
      double rowSum,
      double sinkMass,
      double toFirst,
      double contribution) {}

  /** For a terminal: a line a head, the greatest weight first. */
  @Override
  public String toString() {
    return AttentionText.of(this);
  }
}
