package org.isomorph.proof;

import java.util.Arrays;
import java.util.HashSet;
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

  /**
   * The tokens that do not count; null if all do.
   *
   * @param found what the candidate chose
   * @param noise what it chose with some rounding besides: where that is another choice, rounding
   *     decides, however many such tokens there are
   */
  static @Nullable LongPredicate undecided(
      Piece piece,
      Map<String, Tensor> reference,
      Map<String, Tensor> found,
      Map<String, Tensor> noise) {
    Set<Long> apart = new HashSet<>(), torn = new HashSet<>();
    long tokens = 0;
    for (String name : piece.choices()) {
      @Nullable Tensor own = found.get(name), expected = reference.get(name);
      if (own == null) continue;
      tokens = own.shape().elements() / own.shape().dim(-1);
      compare(own, noise.get(name), torn);
      compare(own, expected, apart);
    }
    apart.removeAll(torn);
    if (apart.size() <= tokens / FEW) torn.addAll(apart);
    return torn.isEmpty() ? null : torn::contains;
  }

  private static void compare(Tensor expected, @Nullable Tensor found, Set<Long> apart) {
    if (found == null || !found.shape().equals(expected.shape())) return;
    int width = Math.toIntExact(expected.shape().dim(-1));
    long[] a = expected.longs(), b = found.longs();
    for (int at = 0; at < a.length; at += width) {
      Arrays.sort(a, at, at + width);
      Arrays.sort(b, at, at + width);
      if (!Arrays.equals(a, at, at + width, b, at, at + width)) apart.add((long) at / width);
    }
  }
}
