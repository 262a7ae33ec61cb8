package org.isomorph.spec;

/**
 * An extra term in softmax's denominator, which lets a head attend to nothing: rows of
 * probabilities then sum to less than 1.
 */
public sealed interface Sink {
  /** A logit for each head, learned, as in gpt-oss. */
  enum Plain implements Sink {
    NONE,
    LEARNED
  }

  /** The same logit for all heads; 0 adds {@code e^0 = 1} to the denominator, as in GLaM. */
  record Constant(double logit) implements Sink {
    public Constant {
      Require.finite("sink logit", logit);
    }

    @Override
    public String toString() {
      return "constant(" + Print.number(logit) + ")";
    }
  }

  Sink NONE = Plain.NONE;
  Sink LEARNED = Plain.LEARNED;
}
