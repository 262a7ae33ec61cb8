package org.isomorph.runtime;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Chooses tokens, one after the other. */
final class Sampler {
  /** Named, as the default may be another one day. */
  private static final String ALGORITHM = "L64X128MixRandom";

  private final Sampling sampling;
  private @Nullable RandomGenerator random;

  Sampler(Sampling sampling) {
    this.sampling = sampling;
  }

  /** The next token, by the last of the logits (1, tokens, vocabulary). */
  long next(Tensor logits) {
    double[] last = last(logits);
    if (sampling.temperature() == 0) return greatest(last);
    return drawn(probabilities(sampling, last));
  }

  private static double[] last(Tensor logits) {
    int vocabulary = Math.toIntExact(logits.shape().dim(-1));
    if (logits.dtype() == DType.F64) {
      double[] all = logits.doubles();
      return Arrays.copyOfRange(all, all.length - vocabulary, all.length);
    }
    float[] all = logits.floats();
    double[] last = new double[vocabulary];
    for (int id = 0; id < vocabulary; id++) last[id] = all[all.length - vocabulary + id];
    return last;
  }

  private long drawn(double[] probabilities) {
    if (random == null)
      random = java.util.random.RandomGeneratorFactory.of(ALGORITHM).create(sampling.seed());
    double left = random.nextDouble();
    int last = 0;
    for (int id = 0; id < probabilities.length; id++)
      if (probabilities[id] > 0) {
        last = id;
        left -= probabilities[id];
        if (left < 0) break;
      }
    return last;
  }

  static double[] probabilities(Sampling sampling, double[] logits) {
    int best = greatest(logits);
    double[] kept = new double[logits.length];
    if (sampling.temperature() == 0) {
      kept[best] = 1;
      return kept;
    }
    double least = least(logits, sampling.topK());
    for (int id = 0; id < kept.length; id++)
      if (logits[id] >= least)
        kept[id] = Math.exp((logits[id] - logits[best]) / sampling.temperature());
    scale(kept, Arrays.stream(kept).sum());
    if (sampling.topP() < 1) nucleus(kept, sampling.topP());
    return kept;
  }

  /** The first of the greatest. */
  private static int greatest(double[] logits) {
    int best = 0;
    for (int id = 0; id < logits.length; id++) {
      if (Double.isNaN(logits[id]))
        throw new RunException(
            "the logit of token "
                + id
                + " is not a number: the weights are damaged, or overflow in this dtype");
      if (logits[id] > logits[best]) best = id;
    }
    return best;
  }

  private static double least(double[] logits, long topK) {
    if (topK == 0 || topK >= logits.length) return Double.NEGATIVE_INFINITY;
    double[] sorted = logits.clone();
    Arrays.sort(sorted);
    return sorted[(int) (sorted.length - topK)];
  }

  /** Keeps the fewest, greatest first and of equals the first, that reach {@code topP}. */
  private static void nucleus(double[] probabilities, double topP) {
    double[] sorted = probabilities.clone();
    Arrays.sort(sorted);
    int at = sorted.length;
    double reached = 0;
    while (at > 0 && reached < topP) reached += sorted[--at];
    double least = sorted[at];
    long equals = 0;
    for (int i = at; i < sorted.length && sorted[i] == least; i++) equals++;
    double sum = 0;
    for (int id = 0; id < probabilities.length; id++) {
      boolean stays = probabilities[id] > least || (probabilities[id] == least && equals-- > 0);
      if (!stays) probabilities[id] = 0;
      sum += probabilities[id];
    }
    scale(probabilities, sum);
  }

  private static void scale(double[] values, double sum) {
    for (int i = 0; i < values.length; i++) values[i] /= sum;
  }
}
