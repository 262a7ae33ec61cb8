package org.isomorph.runtime;

/** Running a model was refused, or failed: the message is for a person. */
public final class RunException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public RunException(String message) {
    super(message);
  }

  public RunException(String message, Throwable cause) {
    super(message, cause);
  }
}
