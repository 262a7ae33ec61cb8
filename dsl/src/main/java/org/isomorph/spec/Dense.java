package org.isomorph.spec;

/** {@code down(activation(up(x)))}: two linear maps around one activation. */
public record Dense(long hidden, Activation activation, boolean bias)
    implements FeedForward.Single {
  public Dense {
    Require.positive("feed-forward width", hidden);
  }

  public Dense biased() {
    return new Dense(hidden, activation, true);
  }

  @Override
  public String toString() {
    return "mlp(" + hidden + ", " + activation + ")" + (bias ? ".biased()" : "");
  }
}
