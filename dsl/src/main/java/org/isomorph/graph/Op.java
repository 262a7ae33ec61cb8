package org.isomorph.graph;

import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.isomorph.spec.Activation;
import org.isomorph.spec.FeedForward;
import org.isomorph.spec.Gated;
import org.isomorph.spec.Norm;
import org.isomorph.spec.Pooling;
import org.isomorph.spec.RelativePosition;
import org.isomorph.spec.Retention;
import org.isomorph.spec.Rope;
import org.isomorph.spec.Router;
import org.isomorph.spec.Sink;
import org.isomorph.spec.Tokens;

/**
 * What a node computes. In the shapes below, B is the batch, T the tokens of this call, S those
 * that may be seen, H heads, d components of a head, D the width of the stream; {@code ...} is any
 * number of axes.
 *
 * <p>Statistics of norms, softmax, routing and rotary tables are computed in float32 at any lower
 * dtype.
 */
public sealed interface Op {
  // ---- vectors

  /** (ids (...); table (rows, D)) to (..., D). */
  record Lookup() implements Op {}

  /**
   * (x (..., in); weight (out, in), maybe bias (out)) to (..., out).
   *
   * @param unitRows whether each row of the weight is divided by its length first
   * @param wide whether products are computed in float32 at least
   */
  record Linear(boolean unitRows, boolean wide) implements Op {}

  /** (x (..., D); maybe gain (D), maybe bias (D)) to the same shape. */
  record Normalise(Norm norm) implements Op {}

  /** (x) to the same shape, element by element. */
  record Activate(Activation activation) implements Op {}

  /** (a, b) to a + b; axes of extent 1 are broadcast. */
  record Add() implements Op {}

  /** (a, b) to a * b; axes of extent 1 are broadcast. */
  record Multiply() implements Op {}

  /** (x) to factor * x. */
  record Scale(double factor) implements Op {}

  /** (x) to most * tanh(x / most). */
  record Cap(double most) implements Op {}

  /** (x (..., D); weight (..., D) of fewer axes) to x + weight. */
  record AddWeight() implements Op {}

  // ---- shapes

  /** (x (B, T, H * d)) to (B, H, T, d). */
  record SplitHeads(long heads) implements Op {}

  /** (x (B, H, T, d)) to (B, T, H * d). */
  record MergeHeads() implements Op {}

  /** (x) to {@code length} elements of its last axis from {@code from} on. */
  record Slice(long from, long length) implements Op {}

  /** (a, b) to both, one after the other on the last axis. */
  record Concat() implements Op {}

  /** (x (B, 1, T, d)) to (B, heads, T, d), the one head repeated. */
  record RepeatHead(long heads) implements Op {}

  /** (x (B, S, ...)) to (B, T, ...): the tokens of this call out of all. */
  record Latest() implements Op {}

  /**
   * (x with T on the axis) to x with 1 on it: the last token.
   *
   * @param axis of the tokens
   */
  record Final(int axis) implements Op {}

  /** (x (B, T, ...)) to (B, T - 1, ...): all but the first token, or all but the last. */
  record Drop(boolean first) implements Op {}

  // ---- who is where

  /**
   * (ids (B, S), mask (B, S)) to positions (B, S), or (B, 2, S) where tokens have two.
   *
   * @param bos ids that begin a sequence; the first found ends the span's numbering
   * @param spans ids of [MASK] and [gMASK]
   * @param longSpans ids of [gMASK]
   */
  record Positions(
      Tokens.Numbering numbering, List<Long> bos, List<Long> spans, List<Long> longSpans)
      implements Op {}

  /** (x (B, T, ...)) to a mask (B, T) without padding. */
  record Everywhere() implements Op {}

  /** (mask (B, S)) to the number of tokens (B) that are not padding. */
  record Length() implements Op {}

  /**
   * (ids (B, S), mask (B, S)) to the index (B) at which the prefix ends: that of the first token
   * with one of these ids, which belongs to the prefix if {@code through}. Without such a token
   * there is no prefix.
   */
  record PrefixEnd(List<Long> ids, boolean through) implements Op {}

  /** (mask (B, S), lengths (B)) to the index (B) at which a prefix of so many tokens ends. */
  record PrefixOf() implements Op {}

  /**
   * (mask (B, S), queries (B, T, ...), maybe prefix ends (B)) to (B, 1, T, S), or (B, 1, 1, S) if
   * nothing depends on the query: whether a query may see a key.
   *
   * @param causal whether keys behind the query are hidden, but for those of the prefix
   * @param window the keys that a query sees at most, itself and those before it
   */
  record Visible(boolean causal, OptionalLong window) implements Op {}

  /** (positions (B, T) or (B, 2, T), lengths (B)) to cosines and sines (B, 1, T, r/2). */
  record RotaryTable(Rope rope) implements Op {}

  /** (x (B, H, T, d), cosines, sines) to x with its leading components rotated. */
  record Rotate(Rope.Pairing pairing, Rope.Axes axes, long components) implements Op {}

  /** (positions (B, T)) to fixed sines and cosines (B, T, width). */
  record Sinusoid(long width) implements Op {}

  /** (positions (B, T)) to positions + offset, held within a table of so many rows. */
  record Offset(long by) implements Op {}

  /** (q (B, H, T, d), positions (B, T)) to q times max(1, log(position + 1) / log(trained)). */
  record LogScale(long trained) implements Op {}

  /**
   * (queries (B, T, ...), mask (B, S)) to a bias of scores (1, H, T, S) that falls with distance.
   */
  record DistanceBias(RelativePosition.Alibi alibi, long heads) implements Op {}

  /**
   * (queries (B, T, ...), mask (B, S); table (buckets, H)) to a learned bias of scores (1, H, T,
   * S).
   */
  record BucketBias(RelativePosition.Buckets buckets, boolean bidirectional) implements Op {}

  // ---- attention

  /**
   * (q (B, H, T, d), k (B, G, S, d), v (B, G, S, e), visible, maybe bias (1, H, T, S); maybe sink
   * (H)) to (B, H, T, e): scores, softmax and the weighted sum in one. Passes expand it where its
   * scores or probabilities are asked for.
   */
  record Attend(double scale, OptionalDouble cap, Sink sink, boolean biased) implements Op {}

  /**
   * (q, k, maybe bias) to (B, H, T, S): products times the scale, plus the bias, capped; before
   * mask and softmax.
   */
  record Scores(double scale, OptionalDouble cap) implements Op {}

  /** (scores, visible; maybe sink (H)) to probabilities; a query that sees nothing gets zeros. */
  record Softmax(Sink sink) implements Op {}

  /** (probabilities (B, H, T, S), v (B, G, S, e)) to (B, H, T, e). */
  record Weigh() implements Op {}

  /**
   * (q, k, v (B, H, T, d), decays (B, T, H)) to (B, H, T, d): gated retention, before its norm.
   *
   * @param retention its temperature and, for its scale, the components of a head
   */
  record Retain(Retention retention) implements Op {}

  // ---- mixtures

  /** (scores (B, T, E); maybe correction (E)) to weights (B, T, k) and choices (B, T, k). */
  record Route(Router router, long topK, long experts) implements Op {}

  /** (x (B, T, D), weights, choices; each expert's weights in order) to (B, T, D). */
  record Experts(FeedForward.Single expert, long count) implements Op {
    /** The matrices of one expert, in order; each is followed by its bias where there are any. */
    public List<String> matrices() {
      return expert instanceof Gated ? List.of("gate", "up", "down") : List.of("up", "down");
    }

    /** How many weights one expert has. */
    public int weightsOfOne() {
      return matrices().size() * stride();
    }

    /** The place of a matrix among the weights of its expert. */
    public int weightOf(String matrix) {
      return matrices().indexOf(matrix) * stride();
    }

    private int stride() {
      return expert.bias() ? 2 : 1;
    }
  }

  // ---- images and whole sequences

  /** (pixels (B, C, P, P); weight (D, C, p, p), maybe bias (D)) to (B, patches, D). */
  record Patch(long size) implements Op {}

  /** (x (B, T, D); vector (D)) to (B, 1 + T, D), the vector before all. */
  record Prepend() implements Op {}

  /**
   * (x (B, T, D), maybe ids (B, T), maybe mask (B, T)) to (B, D).
   *
   * @param ids of the tokens that {@link Pooling#EOS} looks for
   */
  record Pool(Pooling pooling, List<Long> ids) implements Op {}

  /** (a (images, D), b (B, D); scale ()) to cosines times the exponential of the scale. */
  record Similarity() implements Op {}

  /** (x (..., D)) to x divided by its length. */
  record Unit() implements Op {}

  // ---- memory

  /**
   * (x with T on the axis) to x with S on it: what earlier calls had and this one adds. Where
   * nothing is remembered, S is T and x passes.
   *
   * @param axis that grows
   */
  record Remember(int axis) implements Op {}

  /** (x) to what x was in the first call. Where nothing is remembered, x passes. */
  record Keep() implements Op {}
}
