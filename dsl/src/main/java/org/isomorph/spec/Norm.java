package org.isomorph.spec;

/**
 * What normalises a vector over its last axis.
 *
 * <p>Statistics are computed in float32 at any lower dtype. Let {@code m} be the mean and {@code v}
 * the variance of x:
 *
 * <table>
 * <caption>Norms</caption>
 * <tr><td>{@link Layer}</td><td>{@code (x - m) / sqrt(v + eps) * gain + bias}</td><td>Ba et al., arXiv 1607.06450</td></tr>
 * <tr><td>{@link Rms}</td><td>{@code x / sqrt(mean(x * x) + eps) * gain}</td><td>Zhang and Sennrich, arXiv 1910.07467</td></tr>
 * </table>
 */
public sealed interface Norm {
  /** Whether the norm has a gain among the model's parameters. */
  boolean hasGain();

  /** Whether the norm has a bias among the model's parameters. */
  boolean hasBias();

  /** Layer normalisation; {@code gain} and {@code bias} say which parameters it has. */
  record Layer(double eps, boolean gain, boolean bias) implements Norm {
    public Layer {
      Require.positive("layer norm eps", eps);
    }

    /** The same norm without its bias, as in PaLM. */
    public Layer unbiased() {
      return new Layer(eps, gain, false);
    }

    /** The same norm without any parameter, as in OLMo. */
    public Layer plain() {
      return new Layer(eps, false, false);
    }

    @Override
    public boolean hasGain() {
      return gain;
    }

    @Override
    public boolean hasBias() {
      return bias;
    }

    @Override
    public String toString() {
      return "layerNorm("
          + Print.number(eps)
          + ")"
          + (gain ? bias ? "" : ".unbiased()" : ".plain()");
    }
  }

  /** Root mean square normalisation. */
  record Rms(double eps, Gain gain) implements Norm {
    public Rms {
      Require.positive("rms norm eps", eps);
    }

    /** The same norm with its gain stored as the distance from one, as in Gemma. */
    public Rms unitOffset() {
      return new Rms(eps, Gain.UNIT_OFFSET);
    }

    /** The same norm without any parameter. */
    public Rms plain() {
      return new Rms(eps, Gain.NONE);
    }

    @Override
    public boolean hasGain() {
      return gain != Gain.NONE;
    }

    @Override
    public boolean hasBias() {
      return false;
    }

    @Override
    public String toString() {
      return "rms("
          + Print.number(eps)
          + ")"
          + switch (gain) {
            case WEIGHT -> "";
            case UNIT_OFFSET -> ".unitOffset()";
            case NONE -> ".plain()";
          };
    }
  }

  /** How a gain is stored: as the factor itself, as the factor less one, or not at all. */
  enum Gain {
    WEIGHT,
    UNIT_OFFSET,
    NONE
  }

  /** The two norms that have no parameters because they compute nothing of their own. */
  enum Special implements Norm {
    /** No normalisation. */
    NONE,
    /**
     * The output of the first branch's norm, used again by a later branch of the same parallel
     * residual.
     */
    SHARED;

    @Override
    public boolean hasGain() {
      return false;
    }

    @Override
    public boolean hasBias() {
      return false;
    }

    @Override
    public String toString() {
      return this == NONE ? "noNorm()" : "sharedNorm()";
    }
  }

  /** No normalisation. */
  Norm NONE = Special.NONE;

  /** In a parallel block: what the first branch's norm gave. */
  Norm SHARED = Special.SHARED;
}
