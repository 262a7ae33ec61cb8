package org.isomorph.convert;

/**
 * What a conversion does to numbers. The third outcome, refusal, is an exception: {@link
 * ConversionRefused}.
 */
public enum Outcome {
  /** The function is the same and so is every number: converted back, the bytes come home. */
  EXACT,
  /** The function is the same up to a rounding that the report states. */
  ROUNDED
}
