package org.isomorph.convert;

/**
 * Something that must be true of a checkpoint's values for a step to be exact, and that no header
 * tells.
 */
public sealed interface Claim {
  /** Every element of a parameter is zero, bit for bit: what adds it may be left out. */
  record Zero(String parameter) implements Claim {
    @Override
    public String toString() {
      return parameter + " is all zeros";
    }
  }

  /** Two parameters of one shape are equal bit for bit: one can stand for both. */
  record Same(String parameter, String other) implements Claim {
    @Override
    public String toString() {
      return parameter + " equals " + other;
    }
  }
}
