package org.isomorph.spec;

/**
 * A norm of queries and one of keys, applied before any rotation.
 *
 * @param norm what normalises
 * @param across over each head apart (Qwen3), or over all heads at once (OLMo 2)
 */
public record QkNorm(Norm norm, Across across) {
  public QkNorm {
    Require.that(
        !Norm.NONE.equals(norm) && !Norm.SHARED.equals(norm),
        "a q/k norm must normalise, found " + norm);
  }

  /** The arguments of {@link Heads#qkNorm(Norm, Across)} that make it. */
  @Override
  public String toString() {
    return norm + (across == Across.HEAD ? "" : ", " + across);
  }

  /** The span that one norm sees. */
  public enum Across {
    HEAD,
    PROJECTION
  }
}
