package org.isomorph.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.LongStream;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** Probabilities that were worked out by hand, and the laws of drawing from them. */
class SamplingTest {
  /** The logarithms of these: a softmax gives them back. */
  private static final double[] LOGITS = logarithms(0.1, 0.4, 0.05, 0.3, 0.15);

  private static double[] logarithms(double... probabilities) {
    double[] logits = new double[probabilities.length];
    for (int i = 0; i < logits.length; i++) logits[i] = Math.log(probabilities[i]) + 3;
    return logits;
  }

  private static void assertProbabilities(Sampling sampling, double... expected) {
    assertThat(sampling.probabilities(LOGITS)).containsExactly(expected, within(1e-12));
  }

  @Test
  void withoutCutsTheModelDecides() {
    assertProbabilities(Sampling.random(0), 0.1, 0.4, 0.05, 0.3, 0.15);
  }

  @Test
  void greedyIsTheGreatestAndOfEqualsTheFirst() {
    assertProbabilities(Sampling.greedy(), 0, 1, 0, 0, 0);
    assertThat(Sampling.greedy().probabilities(new double[] {1, 5, 5})).containsExactly(0, 1, 0);
  }

  @Test
  void aTemperatureSharpensOrFlattens() {
    double sum = 0.01 + 0.16 + 0.0025 + 0.09 + 0.0225;
    assertProbabilities(
        Sampling.random(0).temperature(0.5),
        0.01 / sum,
        0.16 / sum,
        0.0025 / sum,
        0.09 / sum,
        0.0225 / sum);
  }

  @Test
  void topKKeepsTheGreatest() {
    assertProbabilities(Sampling.random(0).topK(2), 0, 4 / 7.0, 0, 3 / 7.0, 0);
    assertProbabilities(Sampling.random(0).topK(1), 0, 1, 0, 0, 0);
    assertProbabilities(Sampling.random(0).topK(99), 0.1, 0.4, 0.05, 0.3, 0.15);
  }

  @Test
  void topKKeepsWhatEqualsTheLast() {
    double[] kept = Sampling.random(0).topK(2).probabilities(new double[] {1, 2, 1, 0});
    assertThat(kept[0]).isEqualTo(kept[2]).isPositive();
    assertThat(kept[3]).isZero();
  }

  @Test
  void topPKeepsTheFewestThatReachIt() {
    assertProbabilities(Sampling.random(0).topP(0.69), 0, 4 / 7.0, 0, 3 / 7.0, 0);
    assertProbabilities(Sampling.random(0).topP(0.71), 0, 0.4 / 0.85, 0, 0.3 / 0.85, 0.15 / 0.85);
    assertProbabilities(Sampling.random(0).topP(0.3), 0, 1, 0, 0, 0);
    assertProbabilities(Sampling.random(0).topP(1e-9), 0, 1, 0, 0, 0);
    assertProbabilities(Sampling.random(0).topP(0.96), 0.1, 0.4, 0.05, 0.3, 0.15);
  }

  @Test
  void topPKeepsTheFirstOfEquals() {
    assertThat(Sampling.random(0).topP(0.5).probabilities(new double[4]))
        .containsExactly(0.5, 0.5, 0, 0);
  }

  @Test
  void topPIsOfWhatTopKLeft() {
    // 0.4 and 0.3 of 0.85 reach 0.8.
    assertProbabilities(Sampling.random(0).topK(3).topP(0.8), 0, 4 / 7.0, 0, 3 / 7.0, 0);
  }

  @Test
  void drawsAreAsFrequentAsProbable() {
    Sampler sampler = new Sampler(Sampling.random(5).topK(3));
    long[] counts = new long[5];
    int draws = 20_000;
    Tensor logits = Tensor.ofDoubles(Shape.of(1, 1, 5), LOGITS);
    for (int i = 0; i < draws; i++) counts[(int) sampler.next(logits)]++;
    assertThat(counts[0]).isZero();
    assertThat(counts[2]).isZero();
    assertThat(counts[1] / (double) draws).isCloseTo(0.4 / 0.85, within(0.02));
    assertThat(counts[3] / (double) draws).isCloseTo(0.3 / 0.85, within(0.02));
  }

  @Test
  void aSeedIsAlwaysTheSameSequence() {
    // These numbers are a promise: what somebody reported with a seed can be looked at again.
    assertThat(sequence(7)).containsExactly(sequence(7)).isNotEqualTo(sequence(8));
  }

  private static long[] sequence(long seed) {
    Sampler sampler = new Sampler(Sampling.random(seed));
    Tensor logits = Tensor.ofDoubles(Shape.of(1, 1, 5), LOGITS);
    return LongStream.generate(() -> sampler.next(logits)).limit(12).toArray();
  }

  @Test
  void theLastTokenCounts() {
    Tensor logits = Tensor.ofFloats(Shape.of(1, 2, 3), 9, 0, 0, 0, 0, 9);
    assertThat(new Sampler(Sampling.greedy()).next(logits)).isEqualTo(2);
  }

  @Test
  void whatMakesNoSenseIsRefused() {
    assertThatThrownBy(() -> Sampling.greedy().temperature(-1))
        .hasMessage("temperature: expected from 0, found -1.0");
    assertThatThrownBy(() -> Sampling.greedy().topP(0)).hasMessageContaining("top-p");
    assertThatThrownBy(() -> Sampling.greedy().topP(1.5)).hasMessageContaining("at most 1");
    assertThatThrownBy(() -> Sampling.greedy().topK(-1)).hasMessageContaining("top-k");
    assertThatThrownBy(() -> Sampling.greedy().maxTokens(0)).hasMessageContaining("at least 1");
    assertThatThrownBy(() -> Sampling.greedy().probabilities(new double[] {0, Double.NaN}))
        .hasMessageContaining("token 1 is not a number");
  }
}
