package org.isomorph.spec;

import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/**
 * How rotary frequencies are stretched so that a model reads contexts longer than it was trained
 * on.
 *
 * <p>Formulas follow transformers' {@code modeling_rope_utils}; {@code trained} is the context
 * length before stretching.
 */
public sealed interface RopeScaling {
  /** Every position divided by {@code factor}. */
  record Linear(double factor) implements RopeScaling {
    public Linear {
      Require.positive("rope factor", factor);
    }

    @Override
    public String toString() {
      return "linear(" + Print.number(factor) + ")";
    }
  }

  /**
   * NTK-aware base change once the sequence L is longer than trained: {@code theta * (factor L /
   * trained - (factor - 1))^(dim / (dim - 2))}. With {@code powerOfTwo} (Qwen-1) the base is
   * multiplied by {@code max(2^ceil(log2(L / trained) + 1) - 1, 1)^(dim / (dim - 2))} instead.
   */
  record DynamicNtk(double factor, long trained, boolean powerOfTwo) implements RopeScaling {
    public DynamicNtk {
      Require.positive("rope factor", factor);
      Require.positive("trained context", trained);
    }

    /** The same change of base in Qwen-1's steps. */
    public DynamicNtk inPowersOfTwo() {
      return new DynamicNtk(factor, trained, true);
    }

    @Override
    public String toString() {
      return "dynamicNtk("
          + Print.number(factor)
          + ", "
          + trained
          + ")"
          + (powerOfTwo ? ".inPowersOfTwo()" : "");
    }
  }

  /**
   * LLaMA 3.1: long wavelengths divided by {@code factor}, short ones kept, those between blended.
   */
  record Llama3(double factor, double lowFrequencyFactor, double highFrequencyFactor, long trained)
      implements RopeScaling {
    public Llama3 {
      Require.positive("rope factor", factor);
      Require.positive("low frequency factor", lowFrequencyFactor);
      Require.positive("high frequency factor", highFrequencyFactor);
      Require.positive("trained context", trained);
    }

    @Override
    public String toString() {
      return "llama3("
          + Print.number(factor)
          + ", "
          + Print.number(lowFrequencyFactor)
          + ", "
          + Print.number(highFrequencyFactor)
          + ", "
          + trained
          + ")";
    }
  }

  /**
   * YaRN, Peng et al., arXiv 2309.00071: frequencies blended between the {@code betaFast} and
   * {@code betaSlow} rotations, cosines and sines multiplied by an attention factor.
   *
   * @param attentionFactor given outright, or empty to follow from {@code factor}, {@code mscale}
   *     and {@code mscaleAllDim}
   * @param mscale DeepSeek's two exponents of the attention factor; 0 where a checkpoint does not
   *     give them
   * @param truncate whether the blending bounds are rounded to whole components
   */
  record Yarn(
      double factor,
      long trained,
      double betaFast,
      double betaSlow,
      OptionalDouble attentionFactor,
      double mscale,
      double mscaleAllDim,
      boolean truncate)
      implements RopeScaling {
    public Yarn {
      Require.positive("rope factor", factor);
      Require.positive("trained context", trained);
      Require.positive("beta fast", betaFast);
      Require.positive("beta slow", betaSlow);
      Require.positive("attention factor", attentionFactor);
      Require.finite("mscale", mscale);
      Require.finite("mscale all dim", mscaleAllDim);
    }

    public Yarn betas(double fast, double slow) {
      return new Yarn(factor, trained, fast, slow, attentionFactor, mscale, mscaleAllDim, truncate);
    }

    public Yarn attentionFactor(double outright) {
      return new Yarn(
          factor,
          trained,
          betaFast,
          betaSlow,
          OptionalDouble.of(outright),
          mscale,
          mscaleAllDim,
          truncate);
    }

    /** The same stretching between bounds that are not rounded. */
    public Yarn untruncated() {
      return new Yarn(
          factor, trained, betaFast, betaSlow, attentionFactor, mscale, mscaleAllDim, false);
    }

    /**
     * What DeepSeek multiplies its softmax scale by: {@code (0.1 mscaleAllDim ln factor + 1)^2}, 1
     * without stretching.
     */
    public double softmaxFactor() {
      double m = factor <= 1 || mscaleAllDim == 0 ? 1 : 0.1 * mscaleAllDim * Math.log(factor) + 1;
      return m * m;
    }

    @Override
    public String toString() {
      boolean scaled = mscale != 0 || mscaleAllDim != 0;
      return "yarn("
          + Print.number(factor)
          + ", "
          + trained
          + (scaled ? ", " + Print.number(mscale) + ", " + Print.number(mscaleAllDim) : "")
          + ")"
          + (betaFast == 32 && betaSlow == 1
              ? ""
              : ".betas(" + Print.number(betaFast) + ", " + Print.number(betaSlow) + ")")
          + (attentionFactor.isPresent()
              ? ".attentionFactor(" + Print.number(attentionFactor.getAsDouble()) + ")"
              : "")
          + (truncate ? "" : ".untruncated()");
    }
  }

  /**
   * LongRoPE, Ding et al., arXiv 2402.13753: a factor of its own for each frequency, in two sets.
   */
  record LongRope(
      List<Double> shortFactors,
      List<Double> longFactors,
      long trained,
      OptionalDouble attentionFactor)
      implements RopeScaling {
    public LongRope {
      shortFactors = List.copyOf(shortFactors);
      longFactors = List.copyOf(longFactors);
      Require.positive("trained context", trained);
      Require.positive("attention factor", attentionFactor);
      Require.that(
          shortFactors.size() == longFactors.size(),
          "LongRoPE has "
              + shortFactors.size()
              + " short factors but "
              + longFactors.size()
              + " long ones");
    }

    public LongRope attentionFactor(double outright) {
      return new LongRope(shortFactors, longFactors, trained, OptionalDouble.of(outright));
    }

    @Override
    public String toString() {
      return "longRope("
          + factors(shortFactors)
          + ", "
          + factors(longFactors)
          + ", "
          + trained
          + ")"
          + (attentionFactor.isPresent()
              ? ".attentionFactor(" + Print.number(attentionFactor.getAsDouble()) + ")"
              : "");
    }

    private static String factors(List<Double> factors) {
      return factors.stream().map(Print::number).collect(Collectors.joining(", ", "List.of(", ")"));
    }
  }

  /** Frequencies as they are. */
  enum None implements RopeScaling {
    NONE
  }

  RopeScaling NONE = None.NONE;
}
