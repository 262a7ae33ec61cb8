package org.isomorph.spec;

/**
 * Rotary position embedding, Su et al., arXiv 2104.09864: pairs of query and key components are
 * rotated by {@code position * frequency}.
 *
 * @param theta the base of the frequencies, {@code theta^(-2i/dim)} for pair i
 * @param dim how many leading components of a head are rotated; 0 means all, and is resolved by the
 *     tower
 * @param pairing which components make a pair
 * @param axes one position a token, or two (ChatGLM-6B: each half of the head has its own)
 * @param spacing how the exponents are spaced
 * @param scaling how frequencies are stretched for contexts longer than trained
 */
public record Rope(
    double theta, long dim, Pairing pairing, Axes axes, Spacing spacing, RopeScaling scaling)
    implements RelativePosition {
  public Rope {
    Require.positive("rope theta", theta);
    Require.notNegative("rope dim", dim);
    Require.divides(
        "rope dim", dim, axes == Axes.TWO ? "two pairs" : "a pair", axes == Axes.TWO ? 4 : 2);
  }

  /** Which components of a head rotate together. */
  public enum Pairing {
    /** Component i with {@code i + dim/2}: {@code rotate_half} of the Hugging Face LLaMA. */
    HALVES,
    /** Component 2i with 2i+1: GPT-J, Meta's LLaMA, GLM-4, DeepSeek. */
    PAIRS
  }

  /** How many positions a token has. */
  public enum Axes {
    ONE,
    TWO
  }

  /** How the exponents of the frequencies are spaced. */
  public enum Spacing {
    /** {@code 2i/dim}: the last is just short of 1. */
    STANDARD,
    /** {@code i/(dim/2 - 1)}: the last is exactly 1, as in YOCO. */
    INCLUSIVE
  }

  /** The same rotation of only the first {@code components} of each head. */
  public Rope dim(long components) {
    return new Rope(theta, components, pairing, axes, spacing, scaling);
  }

  public Rope pairs() {
    return new Rope(theta, dim, Pairing.PAIRS, axes, spacing, scaling);
  }

  public Rope twoAxes() {
    return new Rope(theta, dim, pairing, Axes.TWO, spacing, scaling);
  }

  public Rope inclusive() {
    return new Rope(theta, dim, pairing, axes, Spacing.INCLUSIVE, scaling);
  }

  public Rope scaled(RopeScaling by) {
    return new Rope(theta, dim, pairing, axes, spacing, by);
  }

  /** This rotation with its dimension filled in for heads of {@code headDim} components. */
  Rope resolved(long headDim) {
    Require.atMost("rope dim", dim, "the head dimension", headDim);
    return dim == 0 ? dim(headDim) : this;
  }

  @Override
  public String toString() {
    return "rope("
        + Print.number(theta)
        + ")"
        + (dim == 0 ? "" : ".dim(" + dim + ")")
        + (pairing == Pairing.PAIRS ? ".pairs()" : "")
        + (axes == Axes.TWO ? ".twoAxes()" : "")
        + (spacing == Spacing.INCLUSIVE ? ".inclusive()" : "")
        + (RopeScaling.NONE.equals(scaling) ? "" : ".scaled(" + scaling + ")");
  }
}
