package org.isomorph.proof;

import org.jspecify.annotations.Nullable;

/** A conversion is not what it should be. */
public final class ProofException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ProofException(String message) {
    super(message);
  }

  ProofException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
