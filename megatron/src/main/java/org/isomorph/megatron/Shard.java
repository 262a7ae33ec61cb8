package org.isomorph.megatron;

import java.util.Optional;
import org.isomorph.layout.Layout;
import org.isomorph.tensor.Shape;

/**
 * What one rank holds of one logical tensor.
 *
 * @param rank which rank
 * @param pass which of its chunks
 * @param tensor the logical tensor
 * @param address where that is in the model
 * @param held where this is in the chunk: layers counted from its first, experts from the rank's
 * @param layout how it is made of the logical tensor; empty if it is nothing but padding
 * @param shape its shape
 */
record Shard(
    Rank rank,
    int pass,
    String tensor,
    Address address,
    Address held,
    Optional<Layout<String>> layout,
    Shape shape) {
  /** Whether it is the head that is tied to the token table, on a stage of its own. */
  boolean isCopiedHead() {
    return !held.part().equals(address.part());
  }
}
