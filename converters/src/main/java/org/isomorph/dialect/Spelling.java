package org.isomorph.dialect;

/**
 * The two generations of keys that transformers has written.
 *
 * <p>Both are read everywhere. Across families the older is written, which both generations of the
 * library read.
 */
public enum Spelling {
  /** Until version 4: {@code rope_theta}, {@code rope_scaling}, {@code torch_dtype}. */
  BEFORE_5,
  /** Since version 5: {@code rope_parameters}, {@code dtype}. */
  SINCE_5;

  /** How {@code config} is spelled. */
  public static Spelling of(Config config) {
    return config.has("rope_parameters") || (config.has("dtype") && !config.has("torch_dtype"))
        ? SINCE_5
        : BEFORE_5;
  }
}
