package org.isomorph.spec;

/**
 * {@code down(activation(gate(x)) * up(x))}, Shazeer, arXiv 2002.05202: SwiGLU with SILU, GeGLU
 * with GELU.
 */
public record Gated(long hidden, Activation activation, boolean bias)
    implements FeedForward.Single {
  public Gated {
    Require.positive("feed-forward width", hidden);
  }

  public Gated biased() {
    return new Gated(hidden, activation, true);
  }

  @Override
  public String toString() {
    String call =
        switch (activation) {
          case SILU -> "swiglu(" + hidden + ")";
          case GELU_TANH -> "geglu(" + hidden + ")";
          default -> "gated(" + hidden + ", " + activation + ")";
        };
    return call + (bias ? ".biased()" : "");
  }
}
