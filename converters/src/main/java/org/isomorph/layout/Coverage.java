package org.isomorph.layout;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * How well a mapping covers one target tensor.
 *
 * @param elements the tensor's size, in elements
 * @param gaps how many of them nothing is written to; meaningful only where {@code overlap} is
 *     empty
 * @param firstGap the first of these
 * @param overlap what is written twice or outside of the tensor, in words that name the elements
 *     and the boxes
 */
public record Coverage(long elements, long gaps, OptionalLong firstGap, Optional<String> overlap) {

  /** Whether each element is written exactly once. */
  public boolean isPartition() {
    return gaps == 0 && overlap.isEmpty();
  }
}
