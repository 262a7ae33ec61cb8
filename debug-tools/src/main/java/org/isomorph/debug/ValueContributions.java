package org.isomorph.debug;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.isomorph.runtime.Request;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.Tensor;

/**
 * What attention would add to the stream for each key if a head gave it all its weight: {@code v *
 * O}. Times the weights, and summed over keys and heads, these vectors are all that attention adds,
 * but for the bias.
 *
 * <p>The model's own output projection is asked, one head's value of one key in each row and
 * nothing from the others: so it is right for every way to store that matrix, for values that
 * several heads share, and for those that come of a latent.
 */
final class ValueContributions {
  /** Numbers that are asked for at once. */
  private static final int AT_ONCE = 1 << 22;

  private final DebugSession session;
  private final String mixer;
  private final int heads;
  private final Rows values;
  private final long groups;
  private final int length;

  private ValueContributions(DebugSession session, String mixer, int heads) {
    this.session = session;
    this.mixer = mixer;
    this.heads = heads;
    String name = AttentionProbe.attending(session, mixer).inputs().get(2);
    Tensor v = Objects.requireNonNull(session.fetch(List.of(name)).get(name));
    this.values = new Rows(v);
    this.groups = v.shape().dim(1);
    this.length = session.tokensOf(mixer + ".mix").size();
  }

  static ValueContributions of(DebugSession session, String mixer, int heads) {
    return new ValueContributions(session, mixer, heads);
  }

  /** What is told of one head's value of one key: what it adds with all of the head's weight. */
  interface Visitor {
    void visit(int head, int key, double[] added);
  }

  /** Whether a norm stands between what is summed here and the stream. */
  boolean isBeforeNorm() {
    return session.loaded().graph().type(mixer + ".inner").isPresent();
  }

  /** The graph's name of what the sum is, bias included. */
  String sum() {
    return mixer + (isBeforeNorm() ? ".inner" : ".out");
  }

  /** Visits all heads of these keys, by the keys' places in the sequence. */
  void over(int[] keys, Visitor visitor) {
    double[] bias = bias();
    int count = Math.multiplyExact(heads, keys.length);
    int step = Math.max(1, AT_ONCE / Math.multiplyExact(heads, values.width()));
    for (int from = 0; from < count; from += step) {
      int[] asked = IntStream.range(from, Math.min(count, from + step)).toArray();
      Rows added = projected(asked, keys);
      for (int at = 0; at < asked.length; at++) {
        double[] row = added.get(at);
        for (int each = 0; each < row.length; each++) row[each] -= bias[each];
        visitor.visit(asked[at] / keys.length, keys[asked[at] % keys.length], row);
      }
    }
  }

  /** What the projection gives for nothing. */
  double[] bias() {
    return projected(new int[] {-1}, new int[0]).get(0);
  }

  /**
   * The projection of a value each, by its number of (heads, keys); of nothing where that is -1.
   */
  private Rows projected(int[] asked, int[] keys) {
    int width = values.width(), whole = heads * width;
    // Sequences as long as the model's own: those of patches are of no other length.
    int sequences = Math.ceilDiv(asked.length, length);
    float[] mixes = new float[Math.multiplyExact(sequences * length, whole)];
    for (int at = 0; at < asked.length; at++) {
      if (asked[at] < 0) continue;
      int head = asked[at] / keys.length;
      double[] value =
          values.at(session.row(), head / (heads / groups), keys[asked[at] % keys.length]);
      for (int each = 0; each < width; each++)
        mixes[at * whole + head * width + each] = (float) value[each];
    }
    Tensor mix = Tensor.ofFloats(Shape.of(sequences, length, whole), mixes);
    Request request = Request.of(Map.of()).feed(mixer + ".mix", mix).tap(sum()).tapsAlone();
    return new Rows(session.forward(request).get(sum()));
  }
}
