package org.isomorph.proof;

import java.util.Map;
import java.util.function.LongPredicate;
import org.isomorph.graph.Piece;
import org.isomorph.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The two sides of a comparison, as all of its pieces see them.
 *
 * @param reference what is right
 * @param trial what is compared with it
 * @param labels what the candidate calls values
 * @param counterparts which values of the two are the same thing
 * @param rows all that are compared
 */
record Setting(
    Reference reference, Trial trial, Labels labels, Counterparts counterparts, Rows rows) {
  /**
   * The rows whose tokens both sides sent to the same experts, or where rounding does not decide.
   */
  Rows decided(
      Piece piece,
      Map<String, Tensor> expected,
      Map<String, Tensor> found,
      Map<String, Tensor> noise) {
    @Nullable LongPredicate undecided = Routing.undecided(piece, expected, found, noise);
    return undecided == null ? rows : rows.without(undecided);
  }
}
