package org.isomorph.layout;

import static org.isomorph.layout.Layout.concat;
import static org.isomorph.layout.Layout.stack;

/**
 * The ways in which checkpoints pack parameters into one tensor, by name.
 *
 * <p>All of them work on weights {@code [rows, in]} and on biases {@code [rows]} alike: only the
 * first axis is touched.
 */
public final class Packings {
  private Packings() {}

  /** Query, key and value rows one after another: {@code q | k | v}; sizes may differ. */
  public static <P> Layout<P> byPart(Layout<P> query, Layout<P> key, Layout<P> value) {
    return concat(0, query, key, value);
  }

  /**
   * Rows ordered (head, 3, headDim): for each head its query, its key, its value. BLOOM, ChatGLM-6B
   * and GPT-NeoX; all three have the same number of rows.
   */
  public static <P> Layout<P> byHead(long heads, Layout<P> query, Layout<P> key, Layout<P> value) {
    return stack(1, query.split(0, heads, -1), key.split(0, heads, -1), value.split(0, heads, -1))
        .merge(0, 2);
  }

  /**
   * For each group of query heads that share a key head: these query heads, the key head, the value
   * head. Megatron and new Falcon; {@code groups} is the number of key heads.
   */
  public static <P> Layout<P> byGroup(
      long groups, Layout<P> query, Layout<P> key, Layout<P> value) {
    return concat(
            1, query.split(0, groups, -1), key.split(0, groups, -1), value.split(0, groups, -1))
        .merge(0, 1);
  }

  /** Gate rows, then up rows: one projection for both, read by a gated feed-forward layer. */
  public static <P> Layout<P> gateUp(Layout<P> gate, Layout<P> up) {
    return concat(0, gate, up);
  }

  /**
   * Gate and up rows as tensor-parallel ranks hold them, rank by rank: each has its share of the
   * gate rows, then the same share of the up rows.
   */
  public static <P> Layout<P> gateUpByRank(long ranks, Layout<P> gate, Layout<P> up) {
    return concat(1, gate.split(0, ranks, -1), up.split(0, ranks, -1)).merge(0, 1);
  }

  /**
   * Rows whose rotary partners are halves of a head apart, {@code (i, i + d/2)}, reordered so that
   * partners are neighbours, {@code (2i, 2i + 1)}. The inverse of {@link #rotaryHalves}.
   */
  public static <P> Layout<P> rotaryPairs(long heads, Layout<P> halves) {
    return halves.split(0, heads, 2, -1).permute(0, 2, 1).merge(0, 2);
  }

  /**
   * As {@link #rotaryPairs(long, Layout)}, where only the first {@code rotaryDim} rows of each head
   * are rotated and the others stay in place.
   */
  public static <P> Layout<P> rotaryPairs(long heads, long rotaryDim, Layout<P> halves) {
    Layout<P> byHead = halves.split(0, heads, -1);
    return concat(
            1,
            byHead.part(1, 0, rotaryDim).split(1, 2, -1).permute(0, 2, 1).merge(1, 2),
            byHead.part(1, rotaryDim))
        .merge(0, 1);
  }

  /**
   * Rows whose rotary partners are neighbours, {@code (2i, 2i + 1)}, reordered so that they are
   * halves of a head apart, {@code (i, i + d/2)}. The inverse of {@link #rotaryPairs}.
   */
  public static <P> Layout<P> rotaryHalves(long heads, Layout<P> pairs) {
    return pairs.split(0, heads, -1, 2).permute(0, 2, 1).merge(0, 2);
  }

  /**
   * As {@link #rotaryHalves(long, Layout)}, where only the first {@code rotaryDim} rows of each
   * head are rotated and the others stay in place.
   */
  public static <P> Layout<P> rotaryHalves(long heads, long rotaryDim, Layout<P> pairs) {
    Layout<P> byHead = pairs.split(0, heads, -1);
    return concat(
            1,
            byHead.part(1, 0, rotaryDim).split(1, -1, 2).permute(0, 2, 1).merge(1, 2),
            byHead.part(1, rotaryDim))
        .merge(0, 1);
  }
}
