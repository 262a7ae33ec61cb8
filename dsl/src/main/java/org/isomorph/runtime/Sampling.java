package org.isomorph.runtime;

import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * How the next token is chosen from its logits, and when to stop.
 *
 * <pre>{@code
 * Sampling.greedy().maxTokens(64)
 * Sampling.random(7).temperature(0.8).topK(40).topP(0.95)
 * }</pre>
 *
 * <p>In this order, and with the same cuts as transformers: logits are divided by the temperature,
 * those below the {@code topK}th greatest are dropped, and of the rest the smallest set is kept
 * whose probabilities reach {@code topP}.
 *
 * @param temperature what logits are divided by; 0 for always the greatest, the first of equals
 * @param topK how many of the greatest are kept, and those that equal the last of them; 0 for all
 * @param topP the probability that what is kept reaches, above 0; 1 for all
 * @param seed which of all random sequences; the same seed gives the same tokens, whatever the JDK
 * @param maxTokens the most tokens that are generated
 * @param stops ids after which nothing follows; empty for the model's EOS
 */
public record Sampling(
    double temperature,
    long topK,
    double topP,
    long seed,
    long maxTokens,
    Optional<List<Long>> stops) {
  /** The most tokens that are generated unless it is said otherwise. */
  public static final long USUAL_TOKENS = 256;

  public Sampling {
    require(temperature >= 0 && Double.isFinite(temperature), "temperature", "from 0", temperature);
    require(topK >= 0, "top-k", "from 1, or 0 for all", topK);
    require(topP > 0 && topP <= 1, "top-p", "above 0, and at most 1", topP);
    require(maxTokens >= 1, "tokens to generate", "at least 1", maxTokens);
    stops = stops.map(List::copyOf);
  }

  private static void require(boolean holds, String what, String expected, Number found) {
    if (!holds) throw new RunException(what + ": expected " + expected + ", found " + found);
  }

  /** Always the likeliest token. */
  public static Sampling greedy() {
    return new Sampling(0, 0, 1, 0, USUAL_TOKENS, Optional.empty());
  }

  /** Each token as often as the model says. */
  public static Sampling random(long seed) {
    return greedy().temperature(1).seed(seed);
  }

  public Sampling temperature(double of) {
    return new Sampling(of, topK, topP, seed, maxTokens, stops);
  }

  public Sampling topK(long of) {
    return new Sampling(temperature, of, topP, seed, maxTokens, stops);
  }

  public Sampling topP(double of) {
    return new Sampling(temperature, topK, of, seed, maxTokens, stops);
  }

  public Sampling seed(long of) {
    return new Sampling(temperature, topK, topP, of, maxTokens, stops);
  }

  public Sampling maxTokens(long of) {
    return new Sampling(temperature, topK, topP, seed, of, stops);
  }

  /** The same sampling, stopping after these ids in place of the model's EOS; none for never. */
  public Sampling stopAt(long... ids) {
    List<Long> all = LongStream.of(ids).boxed().toList();
    return new Sampling(temperature, topK, topP, seed, maxTokens, Optional.of(all));
  }

  /** The same sampling, going on after the model's EOS. */
  public Sampling ignoringEnd() {
    return stopAt();
  }

  /**
   * How likely each token is to be chosen.
   *
   * @param logits of all tokens, as the model gives them
   * @return probabilities that add up to 1, 0 for what is cut off
   */
  public double[] probabilities(double[] logits) {
    return Sampler.probabilities(this, logits);
  }
}
