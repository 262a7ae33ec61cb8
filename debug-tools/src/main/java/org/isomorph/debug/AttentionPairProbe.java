package org.isomorph.debug;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.isomorph.runtime.Request;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.Tensor;

/**
 * How much one token attends to another in one layer.
 *
 * @param of the attention
 * @param query the index of the token that attends, or its text: {@code " it"#2}
 * @param key of the token that is attended to
 */
public record AttentionPairProbe(AttentionProbe of, String query, String key)
    implements Probe<AttentionReadout> {
  @Override
  public AttentionReadout look(DebugSession session) {
    AttentionMap map = session.look(of);
    Token from = map.queries().locate(query), to = map.keys().locate(key);
    int q = from.index(), k = to.index();
    double[] moved = moved(session, map, k);
    List<AttentionReadout.HeadWeight> heads = new ArrayList<>();
    for (int head = 0; head < map.heads(); head++)
      heads.add(
          new AttentionReadout.HeadWeight(
              head,
              map.group(head),
              map.weight(head, q, k),
              map.rowSum(head, q),
              map.sinkMass(head, q),
              map.weight(head, q, map.keys().first().index()),
              map.weight(head, q, k) * moved[head]));
    boolean same = map.queries().equals(map.keys());
    return new AttentionReadout(
        map.info(),
        map.mixer(),
        map.kind(),
        from,
        to,
        heads,
        map.mean(q, k),
        map.hidden(q, k),
        same ? Optional.of(map.mean(k, q)) : Optional.empty(),
        same ? map.hidden(k, q) : Optional.empty(),
        map.disturbance());
  }

  /**
   * The norm of what a key's value adds to the stream with all of a head's weight, head by head:
   * the output projection, asked for one head at a time, less what it gives for nothing.
   */
  private static double[] moved(DebugSession session, AttentionMap map, int key) {
    String values = AttentionProbe.attending(session, map.mixer()).inputs().get(2);
    Tensor v = Objects.requireNonNull(session.fetch(List.of(values)).get(values));
    Rows rows = new Rows(v);
    int heads = map.heads(), width = rows.width();
    float[] asked = new float[(heads + 1) * heads * width];
    for (int head = 0; head < heads; head++) {
      double[] value = rows.at(session.row(), head / (heads / v.shape().dim(1)), key);
      for (int at = 0; at < width; at++)
        asked[(head * heads + head) * width + at] = (float) value[at];
    }
    Tensor mix = Tensor.ofFloats(Shape.of(1, heads + 1L, (long) heads * width), asked);
    String inner = map.mixer() + ".inner";
    boolean normed = session.loaded().graph().type(inner).isPresent();
    String out = normed ? inner : map.mixer() + ".out";
    Request request = Request.of(Map.of()).feed(map.mixer() + ".mix", mix).tap(out).tapsAlone();
    Rows added = new Rows(session.forward(request).get(out));
    double[] nothing = added.get(heads), moved = new double[heads];
    for (int head = 0; head < heads; head++)
      moved[head] = Vectors.distance(nothing, added.get(head));
    return moved;
  }
}
