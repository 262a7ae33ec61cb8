package org.isomorph.layout;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * Things that each occupy a range of element indices, to be asked which of them may meet another
 * range. It keeps work on tensors that are cut into thousands of pieces near linear.
 */
final class Ranges<E> {
  private final List<E> items; // by rising first element
  private final long[] first;
  private final long[] lastSoFar; // the largest last element of items[0..k]
  private final ToLongFunction<E> lastOf;

  /** Ranges from {@code firstOf} to {@code lastOf}, both inclusive. */
  Ranges(List<E> items, ToLongFunction<E> firstOf, ToLongFunction<E> lastOf) {
    List<E> sorted = new ArrayList<>(items);
    sorted.sort((a, b) -> Long.compare(firstOf.applyAsLong(a), firstOf.applyAsLong(b)));
    this.items = sorted;
    this.first = new long[sorted.size()];
    this.lastSoFar = new long[sorted.size()];
    this.lastOf = lastOf;
    for (int k = 0; k < first.length; k++) {
      first[k] = firstOf.applyAsLong(sorted.get(k));
      long last = lastOf.applyAsLong(sorted.get(k));
      lastSoFar[k] = k == 0 ? last : Math.max(last, lastSoFar[k - 1]);
    }
  }

  /** Those whose ranges overlap {@code begin} to {@code last}, both inclusive. */
  List<E> meeting(long begin, long last) {
    int low = countBelow(lastSoFar, begin);
    int high = countBelow(first, last + 1);
    List<E> found = new ArrayList<>();
    for (int k = low; k < high; k++)
      if (lastOf.applyAsLong(items.get(k)) >= begin) found.add(items.get(k));
    return found;
  }

  /** Whether no two ranges overlap. */
  boolean areDisjoint() {
    for (int k = 1; k < first.length; k++) if (first[k] <= lastSoFar[k - 1]) return false;
    return true;
  }

  /** How many of the rising values are below a limit. */
  private static int countBelow(long[] rising, long limit) {
    int low = 0;
    int high = rising.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (rising[middle] < limit) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
