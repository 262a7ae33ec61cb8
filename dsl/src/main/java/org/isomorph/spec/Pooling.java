package org.isomorph.spec;

/** Which of a sequence's vectors stands for the whole. */
public enum Pooling {
  /** The first: a class token. */
  FIRST,
  /** The last that is not padding. */
  LAST,
  /** The one at the first end-of-sequence token. */
  EOS,
  /** The one at the greatest token id: how the first CLIP models found their end token. */
  GREATEST_ID,
  /** The mean of all that are not padding. */
  MEAN
}
