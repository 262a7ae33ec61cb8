package org.isomorph.megatron;

import org.isomorph.dialect.DialectException;

/** What Megatron would not accept, or what is not a whole checkpoint of it. */
public final class MegatronException extends DialectException {
  private static final long serialVersionUID = 1;

  public MegatronException(String message) {
    super(message);
  }
}
