package org.isomorph.debug.report;

/**
 * How large a page may become: more than that is slow to open and is not sent around.
 *
 * @param bytes of the page
 * @param tokens shown of each sequence
 * @param cells shown of the lens, a layer of a token each
 * @param candidates kept for each cell
 */
public record Budget(int bytes, int tokens, int cells, int candidates) {
  public static final Budget USUAL = new Budget(2_000_000, 256, 16_000, 5);

  /** How many tokens are shown where the stream has so many states. */
  int tokens(long states) {
    return Math.clamp(cells / Math.max(1, states), 1, tokens);
  }
}
