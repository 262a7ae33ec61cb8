package org.isomorph.spec;

/**
 * Gated retention, YOCO, arXiv 2405.05254: attention without softmax, decayed by a data-dependent
 * gate, which a recurrent state of fixed size can compute too. Each head's output is normalised,
 * multiplied by a gate of the stream, and projected.
 *
 * @param heads query, key and value heads
 * @param headDim components a head; 0 until the tower fills in {@code width / heads}
 * @param position the rotation of queries and keys
 * @param norm what normalises each head's output
 * @param gate the activation of the output's gate
 * @param decayTemperature the log-sigmoid of the decay is divided by this
 */
public record Retention(
    long heads,
    long headDim,
    RelativePosition position,
    Norm norm,
    Activation gate,
    double decayTemperature)
    implements Mixer {
  public Retention {
    Require.positive("retention heads", heads);
    Require.notNegative("head dimension", headDim);
    Require.positive("decay temperature", decayTemperature);
    Require.ownNorm("retention", norm);
    Require.rotation("retention", position);
  }

  public Retention position(RelativePosition how) {
    return new Retention(heads, headDim, how, norm, gate, decayTemperature);
  }

  /** The same retention with another gate of its output. */
  public Retention gate(Activation by) {
    return new Retention(heads, headDim, position, norm, by, decayTemperature);
  }

  public Retention decayTemperature(double divisor) {
    return new Retention(heads, headDim, position, norm, gate, divisor);
  }

  public Retention headDim(long components) {
    return new Retention(heads, components, position, norm, gate, decayTemperature);
  }

  /**
   * The rows of the query projection, and of the key, value and gate projections: {@code heads *
   * headDim}.
   */
  public long innerDim() {
    return Math.multiplyExact(heads, headDim);
  }

  @Override
  public Retention resolved(long dim) {
    if (headDim == 0) Require.divides("width", dim, "retention heads", heads);
    Retention sized = headDim == 0 ? headDim(dim / heads) : this;
    return sized.position instanceof Rope rope
        ? sized.position(rope.resolved(sized.headDim))
        : sized;
  }

  @Override
  public String toString() {
    return "retention("
        + heads
        + ", "
        + norm
        + ")"
        + (headDim == 0 ? "" : ".headDim(" + headDim + ")")
        + (RelativePosition.NONE.equals(position) ? "" : ".position(" + position + ")")
        + (gate == Activation.SILU ? "" : ".gate(" + gate + ")")
        + (decayTemperature == 16
            ? ""
            : ".decayTemperature(" + Print.number(decayTemperature) + ")");
  }
}
