package org.isomorph.debug;

/** What was asked cannot be looked at: the message says what, why, and what can. */
public final class DebugException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public DebugException(String message) {
    super(message);
  }
}
