package org.isomorph.spec;

/** A position that is added to the input of a tower. */
public sealed interface AbsolutePosition {
  /** A table of vectors, one a position: row {@code position + offset} is added. */
  record Learned(long max, long offset) implements AbsolutePosition {
    public Learned {
      Require.positive("learned positions", max);
      Require.notNegative("position offset", offset);
    }

    /**
     * The same table with its first {@code rows} rows never used, as OPT, BART and RoBERTa store
     * it.
     */
    public Learned offset(long rows) {
      return new Learned(max, rows);
    }

    /** The rows of the table. */
    public long rows() {
      return Math.addExact(max, offset);
    }

    @Override
    public String toString() {
      return "learned(" + max + ")" + (offset == 0 ? "" : ".offset(" + offset + ")");
    }
  }

  /** Fixed sines and cosines, Vaswani et al., arXiv 1706.03762: no parameters. */
  record Sinusoidal(long max) implements AbsolutePosition {
    public Sinusoidal {
      Require.positive("sinusoidal positions", max);
    }

    @Override
    public String toString() {
      return "sinusoidal(" + max + ")";
    }
  }

  /** Nothing is added. */
  enum None implements AbsolutePosition {
    NONE;

    @Override
    public String toString() {
      return "noPosition()";
    }
  }

  AbsolutePosition NONE = None.NONE;
}
