package org.isomorph.spec;

import java.util.List;
import java.util.OptionalDouble;

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

    /**
     * What DeepSeek multiplies its softmax scale by: {@code (0.1 mscaleAllDim ln factor + 1)^2}, 1
     * without stretching.
     */
    public double softmaxFactor() {
      double m = factor <= 1 || mscaleAllDim == 0 ? 1 : 0.1 * mscaleAllDim * Math.log(factor) + 1;
      return m * m;
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
  }

  /** Frequencies as they are. */
  enum None implements RopeScaling {
    NONE
  }

  RopeScaling NONE = None.NONE;
}
