package org.isomorph.debug;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.LongFunction;

/** The probabilities that logits stand for, in float64. */
final class Distribution {
  private static final double NATS_PER_BIT = Math.log(2);

  private final double[] logits;
  private final double[] logs;

  Distribution(double[] logits) {
    this.logits = logits;
    double greatest = Double.NEGATIVE_INFINITY;
    for (double each : logits) greatest = Math.max(greatest, each);
    double sum = 0;
    for (double each : logits) sum += Math.exp(each - greatest);
    double log = greatest + Math.log(sum);
    this.logs = new double[logits.length];
    for (int id = 0; id < logits.length; id++) logs[id] = logits[id] - log;
  }

  double probability(int id) {
    return Math.exp(logs[id]);
  }

  /** The likeliest; of equal ones the first. */
  int best() {
    int best = 0;
    for (int id = 1; id < logits.length; id++) if (logits[id] > logits[best]) best = id;
    return best;
  }

  /** How many are likelier, and one. */
  long rank(int id) {
    long likelier = 0;
    for (int other = 0; other < logits.length; other++)
      if (logits[other] > logits[id] || (logits[other] == logits[id] && other < id)) likelier++;
    return likelier + 1;
  }

  /** In bits. */
  double entropy() {
    double sum = 0;
    for (double log : logs) if (log != Double.NEGATIVE_INFINITY) sum -= Math.exp(log) * log;
    return sum / NATS_PER_BIT;
  }

  /** KL(this || other), in nats. */
  double divergence(Distribution other) {
    double sum = 0;
    for (int id = 0; id < logs.length; id++)
      if (logs[id] != Double.NEGATIVE_INFINITY)
        sum += Math.exp(logs[id]) * (logs[id] - other.logs[id]);
    // Of two equal distributions, rounding may leave a little less than nothing.
    return sum < 0 ? 0 : sum;
  }

  /** The likeliest, the likeliest first. */
  List<Lens.Candidate> top(int count, LongFunction<String> pieces) {
    Comparator<Integer> byLogit = Comparator.comparingDouble(id -> logits[id]);
    Comparator<Integer> order = byLogit.thenComparing(Comparator.reverseOrder());
    PriorityQueue<Integer> kept = new PriorityQueue<>(order);
    for (int id = 0; id < logits.length; id++) {
      if (kept.size() == count && logits[id] <= logits[kept.element()]) continue;
      kept.add(id);
      if (kept.size() > count) kept.remove();
    }
    List<Lens.Candidate> top = new ArrayList<>();
    while (!kept.isEmpty()) {
      int id = kept.remove();
      top.addFirst(new Lens.Candidate(id, pieces.apply(id), probability(id), logits[id]));
    }
    return top;
  }
}
