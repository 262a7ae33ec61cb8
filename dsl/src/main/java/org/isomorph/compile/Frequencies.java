package org.isomorph.compile;

import java.util.ArrayList;
import java.util.List;
import org.isomorph.spec.RelativePosition;
import org.isomorph.spec.Rope;
import org.isomorph.spec.RopeScaling;

/**
 * What rotary positions and ALiBi take as constants. Formulas follow transformers' {@code
 * modeling_rope_utils}.
 */
final class Frequencies {
  private Frequencies() {}

  /** The exponents of theta: frequency i is {@code theta^-exponent(i)}. */
  static double[] exponents(Rope rope) {
    long dim = rope.axes() == Rope.Axes.TWO ? rope.dim() / 2 : rope.dim();
    int pairs = Math.toIntExact(dim / 2);
    double[] exponents = new double[pairs];
    for (int i = 0; i < pairs; i++)
      exponents[i] =
          switch (rope.spacing()) {
            case STANDARD -> 2.0 * i / dim;
            case INCLUSIVE -> pairs == 1 ? 0 : (double) i / (pairs - 1);
          };
    return exponents;
  }

  /** The frequencies before any scaling. */
  static double[] plain(Rope rope) {
    double[] frequencies = exponents(rope);
    for (int i = 0; i < frequencies.length; i++)
      frequencies[i] = Math.pow(rope.theta(), -frequencies[i]);
    return frequencies;
  }

  /** The frequencies of a scaling that does not depend on the sequence. */
  static double[] scaled(Rope rope) {
    double[] plain = plain(rope);
    return switch (rope.scaling()) {
      case RopeScaling.Linear linear -> divided(plain, linear.factor());
      case RopeScaling.Llama3 llama3 -> llama3(plain, llama3);
      case RopeScaling.Yarn yarn -> yarn(rope, plain, yarn);
      case RopeScaling.DynamicNtk _, RopeScaling.LongRope _, RopeScaling.None _ -> plain;
    };
  }

  /** What cosines and sines are multiplied by. */
  static double attentionFactor(RopeScaling scaling) {
    return switch (scaling) {
      case RopeScaling.Yarn yarn -> {
        if (yarn.attentionFactor().isPresent()) yield yarn.attentionFactor().getAsDouble();
        if (yarn.mscale() != 0 && yarn.mscaleAllDim() != 0)
          yield mscale(yarn.factor(), yarn.mscale()) / mscale(yarn.factor(), yarn.mscaleAllDim());
        yield mscale(yarn.factor(), 1);
      }
      case RopeScaling.LongRope longRope -> longRope.attentionFactor().orElse(1);
      default -> 1;
    };
  }

  private static double mscale(double factor, double by) {
    return factor <= 1 ? 1 : 0.1 * by * Math.log(factor) + 1;
  }

  /** LongRoPE: each frequency divided by a factor of its own. */
  static double[] divided(Rope rope, List<Double> factors) {
    double[] frequencies = plain(rope);
    for (int i = 0; i < frequencies.length; i++) frequencies[i] /= factors.get(i);
    return frequencies;
  }

  private static double[] divided(double[] by, double factor) {
    double[] result = by.clone();
    for (int i = 0; i < result.length; i++) result[i] /= factor;
    return result;
  }

  /** LLaMA 3.1: long waves slower, short ones as they are, those between blended. */
  private static double[] llama3(double[] plain, RopeScaling.Llama3 scaling) {
    double[] result = plain.clone();
    double longest = (double) scaling.trained() / scaling.lowFrequencyFactor();
    double shortest = (double) scaling.trained() / scaling.highFrequencyFactor();
    for (int i = 0; i < result.length; i++) {
      double wave = 2 * Math.PI / plain[i];
      if (wave > longest) result[i] = plain[i] / scaling.factor();
      else if (wave >= shortest) {
        double smooth =
            ((double) scaling.trained() / wave - scaling.lowFrequencyFactor())
                / (scaling.highFrequencyFactor() - scaling.lowFrequencyFactor());
        result[i] = (1 - smooth) * plain[i] / scaling.factor() + smooth * plain[i];
      }
    }
    return result;
  }

  /** YaRN: frequencies that turn often within the trained context stay, slow ones are divided. */
  private static double[] yarn(Rope rope, double[] plain, RopeScaling.Yarn yarn) {
    double low = bound(rope, yarn, yarn.betaFast()), high = bound(rope, yarn, yarn.betaSlow());
    if (yarn.truncate()) {
      low = Math.floor(low);
      high = Math.ceil(high);
    }
    low = Math.max(low, 0);
    high = Math.min(high, (double) (rope.dim() - 1));
    if (low == high) high += 0.001;
    double[] result = plain.clone();
    for (int i = 0; i < result.length; i++) {
      double stretched = Math.clamp((i - low) / (high - low), 0.0, 1.0);
      result[i] = plain[i] / yarn.factor() * stretched + plain[i] * (1 - stretched);
    }
    return result;
  }

  /** The component that turns so many times within the trained context. */
  private static double bound(Rope rope, RopeScaling.Yarn yarn, double turns) {
    return rope.dim()
        * Math.log((double) yarn.trained() / (turns * 2 * Math.PI))
        / (2 * Math.log(rope.theta()));
  }

  /** Those of fixed sines and cosines. Vaswani et al., arXiv 1706.03762. */
  static double[] sinusoid(long width) {
    double[] frequencies = new double[Math.toIntExact((width + 1) / 2)];
    for (int i = 0; i < frequencies.length; i++)
      frequencies[i] = Math.pow(10_000, -2.0 * i / width);
    return frequencies;
  }

  /**
   * ALiBi's slopes: a geometric sequence for a power of two heads; else that of the next smaller
   * power, then every other of the next larger. Press et al., arXiv 2108.12409.
   */
  static double[] slopes(RelativePosition.Alibi alibi, long heads) {
    long power = Long.highestOneBit(heads);
    List<Double> slopes = new ArrayList<>();
    for (long head = 1; head <= power; head++)
      slopes.add(Math.pow(2, -alibi.maxBias() * head / power));
    for (long head = 1; slopes.size() < heads; head += 2)
      slopes.add(Math.pow(2, -alibi.maxBias() * head / (2.0 * power)));
    return slopes.stream().mapToDouble(slope -> slope * alibi.scale()).toArray();
  }
}
