package org.isomorph.debug;

import java.util.List;
import java.util.Optional;
import org.isomorph.tensor.Tensor;

/**
 * Who attends to whom in one layer, of one row of the inputs: {@code weight(head, query, key)} is
 * how much the query's vector takes of the key's. A row sums to 1, or to less where a sink takes
 * the rest.
 *
 * @param info what it was measured on
 * @param mixer {@code decoder.3.attn}, or {@code decoder.3.cross}
 * @param kind which keys a query may see, in words
 * @param hasSink whether an extra term of softmax takes a part of each row
 * @param queries the sequence that asks
 * @param keys the sequence that is looked at: another tower's in cross-attention
 * @param groups key and value heads; each serves as many neighbouring query heads
 * @param weights (heads, queries, keys), F32 or F64
 * @param visible (queries or 1, keys): whether a query may see a key
 * @param valueNorms (heads, keys): the norm of what each key's value would add to the stream with
 *     all of a head's weight, F32
 * @param isBeforeNorm whether a norm stands between that and the stream: what values add is told in
 *     sizes before it
 * @param window keys that a query sees at most, itself and those before; empty for all
 * @param disturbance by how much looking changed the model's outputs, as a part of the greatest
 */
public record AttentionMap(
    RunInfo info,
    String mixer,
    String kind,
    boolean hasSink,
    TokenSequence queries,
    TokenSequence keys,
    long groups,
    Tensor weights,
    Tensor visible,
    Tensor valueNorms,
    boolean isBeforeNorm,
    Optional<Long> window,
    double disturbance) {
  /** The number of query heads. */
  public int heads() {
    return (int) weights.shape().dim(0);
  }

  /** The key and value head that a query head reads. */
  public long group(int head) {
    return head / (heads() / groups);
  }

  /** One weight. */
  public double weight(int head, int query, int key) {
    return weights.get(head, query, key);
  }

  /**
   * The norm of what a key's value adds to the query's stream through a head, {@code |weight * v *
   * O|}: a weight on a value of nearly nothing moves nothing.
   */
  public double contribution(int head, int query, int key) {
    return weight(head, query, key) * valueNorms.get(head, key);
  }

  /** The mean of all heads. */
  public double mean(int query, int key) {
    double sum = 0;
    for (int head = 0; head < heads(); head++) sum += weight(head, query, key);
    return sum / heads();
  }

  /** The sum over all keys: 1, less what a sink takes; 0 where a query sees no key. */
  public double rowSum(int head, int query) {
    double sum = 0;
    for (int key = 0; key < keys.size(); key++) sum += weight(head, query, key);
    return sum;
  }

  /** What a sink takes of a row; 0 without one. */
  public double sinkMass(int head, int query) {
    return hasSink ? Math.max(0, 1 - rowSum(head, query)) : 0;
  }

  /**
   * Whether a query may see a key. Where it may not, the weight is 0 whatever the model learned.
   */
  public boolean isVisible(int query, int key) {
    return visible.get(visible.shape().dim(0) == 1 ? 0 : query, key) != 0;
  }

  /** Why a query cannot see a key; empty where it can. */
  public Optional<String> hidden(int query, int key) {
    if (isVisible(query, key)) return Optional.empty();
    if (keys.at(key).isPadding()) return Optional.of("the key is padding");
    if (queries.at(query).isPadding()) return Optional.of("the query is padding");
    if (key > query) return Optional.of("causal: the key comes after the query");
    if (window.isPresent() && query - key >= window.get())
      return Optional.of("the key is outside the window of " + window.get());
    return Optional.of("masked");
  }

  /** The keys that the mean head of a query weighs most, the greatest first. */
  public List<Token> strongest(int query, int count) {
    return keys.tokens().stream()
        .filter(key -> isVisible(query, key.index()))
        .sorted(java.util.Comparator.comparingDouble((Token key) -> -mean(query, key.index())))
        .limit(count)
        .toList();
  }

  /** For a terminal: the mean of the heads as a matrix where it fits, and each query's keys. */
  @Override
  public String toString() {
    return AttentionText.of(this);
  }
}
