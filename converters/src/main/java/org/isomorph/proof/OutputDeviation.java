package org.isomorph.proof;

/**
 * What a deviation comes to in the end: the result of a head, each model left to itself.
 *
 * @param label of the output: {@code logits}
 * @param greatest the greatest absolute difference, as a part of the reference's largest number
 * @param rows of logits that were compared; 0 where the result is no choice
 * @param sameTop rows whose largest logit is the same one
 * @param divergence the mean of the rows' Kullback-Leibler divergences, in nats
 * @param greatestDivergence the greatest of them
 */
public record OutputDeviation(
    String label,
    double greatest,
    long rows,
    long sameTop,
    double divergence,
    double greatestDivergence) {
  @Override
  public String toString() {
    String text = label + " within " + Deviation.number(greatest) + " of the largest";
    return rows == 0
        ? text
        : "%s, top-1 the same in %d of %d, KL %s nats"
            .formatted(text, sameTop, rows, Deviation.number(divergence));
  }
}
