package org.isomorph.debug.recording;

/** A recording that cannot be read, or lacks what is asked of it: one message for a person. */
public final class RecordingException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public RecordingException(String message) {
    super(message);
  }
}
