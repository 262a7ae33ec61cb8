package org.isomorph.lora;

/** An adapter makes no sense, or does not fit the checkpoint that it should be merged into. */
public final class LoraException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  LoraException(String message) {
    super(message);
  }
}
