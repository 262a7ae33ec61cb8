package org.isomorph.debug;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
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
    ValueContributions values = ValueContributions.of(session, map.mixer(), map.heads());
    double[] bias = values.bias(), all = new double[bias.length];
    double[] alone = new double[map.heads()];
    values.over(
        new int[] {k},
        (head, _, added) -> {
          alone[head] = Vectors.norm(added);
          for (int at = 0; at < all.length; at++) all[at] += map.weight(head, q, k) * added[at];
        });
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
              map.weight(head, q, k) * alone[head]));
    boolean same = map.queries().equals(map.keys());
    return new AttentionReadout(
        map.info(),
        map.mixer(),
        map.kind(),
        from,
        to,
        heads,
        map.mean(q, k),
        Vectors.norm(all),
        Vectors.distance(bias, sum(session, values, q)),
        map.isBeforeNorm(),
        map.hidden(q, k),
        same ? Optional.of(map.mean(k, q)) : Optional.empty(),
        same ? map.hidden(k, q) : Optional.empty(),
        map.disturbance());
  }

  /** All that attention gives a query, bias included. */
  private static double[] sum(DebugSession session, ValueContributions values, int query) {
    Tensor sums = Objects.requireNonNull(session.fetch(List.of(values.sum())).get(values.sum()));
    return new Rows(sums).at(session.row(), query);
  }
}
