package org.isomorph.spec;

/**
 * A description that cannot be: sizes that do not fit together, or parts that contradict each
 * other.
 */
public final class SpecException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public SpecException(String message) {
    super(message);
  }
}
