package org.isomorph.debug.compare;

import java.util.Optional;
import org.isomorph.tensor.Tensor;

/** Where two sequences of tokens part: the first thing to look at, and often the last. */
public final class TokenDifference {
  private TokenDifference() {}

  /** The first difference in words; empty if there is none. */
  static Optional<String> between(String name, Tensor a, Tensor b) {
    if (!a.shape().equals(b.shape()))
      return Optional.of(
          "other tokens: %s is %s in the first, %s in the second"
              .formatted(name, a.shape(), b.shape()));
    return between(a.longs(), b.longs());
  }

  /** The first difference in words; empty if there is none. */
  public static Optional<String> between(long[] a, long[] b) {
    for (int at = 0; at < Math.min(a.length, b.length); at++)
      if (a[at] != b[at])
        return Optional.of(
            "other tokens: at place %d it is %d in the first, %d in the second"
                .formatted(at, a[at], b[at]));
    return a.length == b.length
        ? Optional.empty()
        : Optional.of(
            "other tokens: %d in the first, %d in the second".formatted(a.length, b.length));
  }
}
