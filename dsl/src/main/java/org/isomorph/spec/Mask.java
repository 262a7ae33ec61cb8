package org.isomorph.spec;

/** Which tokens of its own sequence a token may attend to; padding is masked besides. */
public sealed interface Mask {
  /** The masks without a parameter. */
  enum Plain implements Mask {
    /** All tokens. */
    BIDIRECTIONAL,
    /** Itself and those before it. */
    CAUSAL
  }

  /** All tokens of a prefix, and itself and those before it beyond. */
  record Prefix(Extent extent) implements Mask {
    @Override
    public String toString() {
      return "prefix(" + extent + ")";
    }
  }

  /** Where a prefix ends. */
  sealed interface Extent {
    /** The caller says so, with each sequence. */
    enum Given implements Extent {
      GIVEN
    }

    /** After the first token of this role, which belongs to the prefix. */
    record Through(Role role) implements Extent {
      @Override
      public String toString() {
        return "through(" + role + ")";
      }
    }

    /** Before the first token of this role, which does not (ChatGLM-6B: {@code before(BOS)}). */
    record Before(Role role) implements Extent {
      @Override
      public String toString() {
        return "before(" + role + ")";
      }
    }
  }

  Mask BIDIRECTIONAL = Plain.BIDIRECTIONAL;
  Mask CAUSAL = Plain.CAUSAL;
}
