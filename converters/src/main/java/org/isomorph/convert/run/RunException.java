package org.isomorph.convert.run;

import java.io.IOException;

/** An execution was refused, or failed: the message is for a person and names the remedy. */
public final class RunException extends IOException {
  private static final long serialVersionUID = 1;

  public RunException(String message) {
    super(message);
  }

  public RunException(String message, Throwable cause) {
    super(message, cause);
  }
}
