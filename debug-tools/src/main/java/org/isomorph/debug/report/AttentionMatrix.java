package org.isomorph.debug.report;

import java.util.BitSet;
import org.isomorph.debug.AttentionMap;
import org.isomorph.debug.TokenSequence;

/** The part of an attention map that a page shows, packed: what no query may see takes no room. */
final class AttentionMatrix {
  private final AttentionMap map;
  private final int[] queries;
  private final int[] keys;

  AttentionMatrix(AttentionMap map, TokenSequence queries, TokenSequence keys) {
    this.map = map;
    this.queries = places(queries);
    this.keys = places(keys);
  }

  private static int[] places(TokenSequence sequence) {
    return sequence.tokens().stream().mapToInt(token -> token.index()).toArray();
  }

  /** Which of (queries, keys) may be seen, a bit each, row by row, the lowest bit first. */
  String visible() {
    BitSet bits = new BitSet();
    int at = 0;
    for (int query : queries) for (int key : keys) bits.set(at++, map.isVisible(query, key));
    byte[] all = new byte[Math.ceilDiv(at, Byte.SIZE)];
    byte[] set = bits.toByteArray();
    System.arraycopy(set, 0, all, 0, set.length);
    return Packed.bytes(all);
  }

  /** The weights that may be seen: head by head, query by query. */
  String weights() {
    byte[] weights = new byte[Math.multiplyExact(map.heads(), count())];
    int at = 0;
    for (int head = 0; head < map.heads(); head++)
      for (int query : queries)
        for (int key : keys)
          if (map.isVisible(query, key))
            weights[at++] = Packed.weight(map.weight(head, query, key));
    return Packed.bytes(weights);
  }

  /** (heads, keys): what each value adds with all of a head's weight. */
  String valueNorms() {
    double[] norms = new double[Math.multiplyExact(map.heads(), keys.length)];
    int at = 0;
    for (int head = 0; head < map.heads(); head++)
      for (int key : keys) norms[at++] = map.valueNorms().get(head, key);
    return Packed.half(norms);
  }

  private int count() {
    int count = 0;
    for (int query : queries) for (int key : keys) if (map.isVisible(query, key)) count++;
    return count;
  }
}
