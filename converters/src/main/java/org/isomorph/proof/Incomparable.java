package org.isomorph.proof;

/** Two values under one name that are not of one shape. */
final class Incomparable extends RuntimeException {
  private static final long serialVersionUID = 1;
  private final String reason;

  Incomparable(String reason) {
    super(reason);
    this.reason = reason;
  }

  String reason() {
    return reason;
  }
}
