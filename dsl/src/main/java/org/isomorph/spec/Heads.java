package org.isomorph.spec;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Multi-head attention with keys and values of its own: multi-head (as many key heads as query
 * heads), grouped-query (fewer, Ainslie et al., arXiv 2305.13245) or multi-query (one, Shazeer,
 * arXiv 1911.02150).
 *
 * @param heads query heads
 * @param keyValueHeads key and value heads; each serves {@code heads / keyValueHeads} neighbouring
 *     query heads
 * @param headDim components a head; 0 until the tower fills in {@code width / heads}
 * @param bias which projections have a bias
 * @param position how positions enter
 * @param window the keys that a query sees, itself and those before it: key visible iff {@code
 *     query - key < window}
 * @param qkNorm the norm of queries and keys
 * @param softcap scores become {@code cap * tanh(score / cap)}
 * @param scale what scores are multiplied by; 0 until the tower fills in {@code 1/sqrt(headDim)}
 * @param sink an extra term of softmax's denominator
 * @param logn Qwen-1's log-n scaling: beyond this trained length n, the query at (one-based)
 *     position p is multiplied by {@code log_n p}
 * @param keyValues where keys and values come from
 */
public record Heads(
    long heads,
    long keyValueHeads,
    long headDim,
    Set<Projection> bias,
    RelativePosition position,
    OptionalLong window,
    Optional<QkNorm> qkNorm,
    OptionalDouble softcap,
    double scale,
    Sink sink,
    OptionalLong logn,
    KeyValues keyValues)
    implements Attention {
  public Heads {
    Require.positive("attention heads", heads);
    Require.positive("key/value heads", keyValueHeads);
    Require.divides("attention heads", heads, "key/value heads", keyValueHeads);
    Require.notNegative("head dimension", headDim);
    Require.positive("attention window", window);
    Require.positive("softcap", softcap);
    Require.finite("attention scale", scale);
    Require.positive("logn trained length", logn);
    EnumSet<Projection> present = EnumSet.noneOf(Projection.class);
    present.addAll(bias);
    if (KeyValues.SHARED_CACHE.equals(keyValues))
      present.removeAll(EnumSet.of(Projection.K, Projection.V));
    bias = Collections.unmodifiableSet(present);
  }

  public Heads headDim(long components) {
    return change(draft -> draft.headDim = components);
  }

  /** The same attention with a bias on all its projections. */
  public Heads biased() {
    return biased(Projection.values());
  }

  /** The same attention with a bias on exactly these projections. */
  public Heads biased(Projection... projections) {
    return bias(Set.of(projections));
  }

  /** As {@link #biased(Projection...)}. */
  public Heads bias(Set<Projection> projections) {
    return change(draft -> draft.bias = projections);
  }

  public Heads position(RelativePosition how) {
    return change(draft -> draft.position = how);
  }

  /** The same attention with plain rotary positions over whole heads. */
  public Heads rope(double theta) {
    return position(Dsl.rope(theta));
  }

  public Heads window(long keys) {
    return window(OptionalLong.of(keys));
  }

  public Heads window(OptionalLong keys) {
    return change(draft -> draft.window = keys);
  }

  /** The same attention with a norm over each query head and each key head. */
  public Heads qkNorm(Norm norm) {
    return qkNorm(Optional.of(new QkNorm(norm, QkNorm.Across.HEAD)));
  }

  /** The same attention with a norm over each head, or over all heads at once. */
  public Heads qkNorm(Norm norm, QkNorm.Across across) {
    return qkNorm(Optional.of(new QkNorm(norm, across)));
  }

  public Heads qkNorm(Optional<QkNorm> norm) {
    return change(draft -> draft.qkNorm = norm);
  }

  public Heads softcap(double cap) {
    return change(draft -> draft.softcap = OptionalDouble.of(cap));
  }

  public Heads scale(double factor) {
    return change(draft -> draft.scale = factor);
  }

  public Heads sink(Sink to) {
    return change(draft -> draft.sink = to);
  }

  public Heads logn(long trained) {
    return change(draft -> draft.logn = OptionalLong.of(trained));
  }

  public Heads from(KeyValues source) {
    return change(draft -> draft.keyValues = source);
  }

  private Heads change(Consumer<Draft> one) {
    Draft draft = new Draft(this);
    one.accept(draft);
    return draft.heads();
  }

  /** All components but the counts, free to be changed on the way from one value to the next. */
  private static final class Draft {
    private final Heads of;
    private long headDim;
    private Set<Projection> bias;
    private RelativePosition position;
    private OptionalLong window;
    private Optional<QkNorm> qkNorm;
    private OptionalDouble softcap;
    private double scale;
    private Sink sink;
    private OptionalLong logn;
    private KeyValues keyValues;

    Draft(Heads of) {
      this.of = of;
      headDim = of.headDim;
      bias = of.bias;
      position = of.position;
      window = of.window;
      qkNorm = of.qkNorm;
      softcap = of.softcap;
      scale = of.scale;
      sink = of.sink;
      logn = of.logn;
      keyValues = of.keyValues;
    }

    Heads heads() {
      return new Heads(
          of.heads,
          of.keyValueHeads,
          headDim,
          bias,
          position,
          window,
          qkNorm,
          softcap,
          scale,
          sink,
          logn,
          keyValues);
    }
  }

  /** Whether keys and values come from elsewhere than the queries' own stream. */
  public boolean isCross() {
    return !KeyValues.SELF.equals(keyValues);
  }

  /** Whether scores are multiplied by {@code 1/sqrt(headDim)}. */
  public boolean isUsuallyScaled() {
    return headDim != 0 && scale == 1 / Math.sqrt((double) headDim);
  }

  /** The rows of the query projection: {@code heads * headDim}. */
  public long queryDim() {
    return Math.multiplyExact(heads, headDim);
  }

  /**
   * The rows of the key projection, and of the value projection: {@code keyValueHeads * headDim}.
   */
  public long keyValueDim() {
    return Math.multiplyExact(keyValueHeads, headDim);
  }

  @Override
  public Heads resolved(long dim) {
    if (headDim == 0) Require.divides("width", dim, "attention heads", heads);
    Heads sized = headDim == 0 ? headDim(dim / heads) : this;
    Heads scaled = sized.scale == 0 ? sized.scale(1 / Math.sqrt((double) sized.headDim)) : sized;
    return scaled.position instanceof Rope rope
        ? scaled.position(rope.resolved(scaled.headDim))
        : scaled;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    if (keyValueHeads == heads) text.append("mha(").append(heads).append(')');
    else if (keyValueHeads == 1) text.append("mqa(").append(heads).append(')');
    else text.append("gqa(").append(heads).append(", ").append(keyValueHeads).append(')');
    if (headDim != 0) text.append(".headDim(").append(headDim).append(')');
    if (bias.size() == Projection.values().length) text.append(".biased()");
    else if (!bias.isEmpty())
      text.append(".biased(")
          .append(String.join(", ", bias.stream().map(Projection::name).toList()))
          .append(')');
    if (!RelativePosition.NONE.equals(position))
      text.append(".position(").append(position).append(')');
    window.ifPresent(keys -> text.append(".window(").append(keys).append(')'));
    qkNorm.ifPresent(norm -> text.append(".qkNorm(").append(norm).append(')'));
    softcap.ifPresent(cap -> text.append(".softcap(").append(Print.number(cap)).append(')'));
    if (scale != 0 && !isUsuallyScaled())
      text.append(".scale(").append(Print.number(scale)).append(')');
    if (!Sink.NONE.equals(sink)) text.append(".sink(").append(sink).append(')');
    logn.ifPresent(trained -> text.append(".logn(").append(trained).append(')'));
    if (isCross()) text.append(".from(").append(keyValues).append(')');
    return text.toString();
  }
}
