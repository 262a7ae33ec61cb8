package org.isomorph.dialect;

/**
 * A configuration or a table of rows that a family cannot make sense of; the message names the
 * place and the remedy.
 */
public class DialectException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public DialectException(String message) {
    super(message);
  }

  public DialectException(String message, Throwable cause) {
    super(message, cause);
  }
}
