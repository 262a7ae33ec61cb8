package org.isomorph.spec;

/**
 * Softmax attention: over keys and values of plain {@link Heads}, or over one compressed {@link
 * Latent}.
 */
public sealed interface Attention extends Mixer permits Heads, Latent {
  /** The number of query heads. */
  long heads();

  /**
   * What query-key products are multiplied by; 0 until the tower fills in {@code 1/sqrt(head
   * dimension)}.
   */
  double scale();

  @Override
  Attention resolved(long dim);
}
