package org.isomorph.proof;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongPredicate;
import org.isomorph.graph.Piece;
import org.isomorph.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Tokens that went to other experts: where two scores are all but equal, rounding decides, and what
 * follows differs by far more than rounding. As long as they are few they do not count.
 */
final class Routing {
  /** More than one token in so many has a reason. */
  private static final int FEW = 10;

  private Routing() {}

  /** The tokens that do not count; null if all do. */
  static @Nullable LongPredicate undecided(
      Piece piece, Map<String, Tensor> reference, List<Map<String, Tensor>> others) {
    Set<Long> apart = new HashSet<>();
    long tokens = 0;
    for (String name : piece.choices()) {
      @Nullable Tensor expected = reference.get(name);
      if (expected == null) continue;
      tokens = expected.shape().elements() / expected.shape().dim(-1);
      for (Map<String, Tensor> other : others) {
        @Nullable Tensor found = other.get(name);
        if (found != null && found.shape().equals(expected.shape()))
          compare(expected, found, apart);
      }
    }
    return apart.isEmpty() || apart.size() > tokens / FEW ? null : apart::contains;
  }

  private static void compare(Tensor expected, Tensor found, Set<Long> apart) {
    int width = Math.toIntExact(expected.shape().dim(-1));
    long[] a = expected.longs(), b = found.longs();
    for (int at = 0; at < a.length; at += width) {
      Arrays.sort(a, at, at + width);
      Arrays.sort(b, at, at + width);
      if (!Arrays.equals(a, at, at + width, b, at, at + width)) apart.add((long) at / width);
    }
  }
}
