package org.isomorph.spec;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * Keys and values that a tower computes once, from what enters it, for all its layers: YOCO's
 * cache.
 *
 * @param norm applied to the tower's input first
 * @param keyValueHeads key and value heads
 * @param headDim components a head
 * @param bias which of K and V have one
 * @param position the rotation of the keys
 */
public record SharedCache(
    Norm norm, long keyValueHeads, long headDim, Set<Projection> bias, RelativePosition position) {
  public SharedCache {
    Require.positive("key/value heads", keyValueHeads);
    Require.positive("head dimension", headDim);
    Require.ownNorm("a shared cache", norm);
    Require.rotation("a shared cache", position);
    EnumSet<Projection> present = EnumSet.noneOf(Projection.class);
    present.addAll(bias);
    present.retainAll(EnumSet.of(Projection.K, Projection.V));
    bias = Collections.unmodifiableSet(present);
    if (position instanceof Rope rope) position = rope.resolved(headDim);
  }

  public SharedCache position(RelativePosition of) {
    return new SharedCache(norm, keyValueHeads, headDim, bias, of);
  }

  /** The same cache with a bias on exactly these of K and V. */
  public SharedCache biased(Projection... projections) {
    return new SharedCache(norm, keyValueHeads, headDim, Set.of(projections), position);
  }

  /** The rows of the key projection, and of the value projection. */
  public long keyValueDim() {
    return Math.multiplyExact(keyValueHeads, headDim);
  }

  @Override
  public String toString() {
    return "sharedCache("
        + norm
        + ", "
        + keyValueHeads
        + ", "
        + headDim
        + ")"
        + (bias.isEmpty()
            ? ""
            : ".biased(" + String.join(", ", bias.stream().map(Projection::name).toList()) + ")")
        + (RelativePosition.NONE.equals(position) ? "" : ".position(" + position + ")");
  }
}
