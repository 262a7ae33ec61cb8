package org.isomorph.proof;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.LongPredicate;
import java.util.stream.IntStream;
import org.isomorph.graph.Dim;
import org.isomorph.graph.Type;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The rows of values that are compared, vectors along the last axis: those of padding mean nothing,
 * and neither do those of tokens that a piece left undecided.
 */
public final class Rows {
  private static final Type STREAM = Type.of(Type.Kind.FLOAT, Dim.BATCH, Dim.SEQ, Dim.ONE);

  private final Map<String, Tensor> inputs;
  private final LongPredicate undecided;

  private Rows(Map<String, Tensor> inputs, LongPredicate undecided) {
    this.inputs = inputs;
    this.undecided = undecided;
  }

  /**
   * All rows but padding.
   *
   * @param inputs complete, with masks
   */
  public static Rows of(Map<String, Tensor> inputs) {
    return new Rows(inputs, _ -> false);
  }

  /** The same without these tokens: a row of the batch times its length, plus the token. */
  Rows without(LongPredicate tokens) {
    return new Rows(inputs, tokens);
  }

  /**
   * The tokens of a value (B, T, D) that are compared: a row of the batch times T, plus the token.
   */
  List<Integer> tokens(Shape shape) {
    Selection selection = new Selection(STREAM, shape);
    int tokens = Math.toIntExact(shape.elements() / selection.width());
    return IntStream.range(0, tokens).filter(selection::has).boxed().toList();
  }

  /** The rows of one value. */
  private final class Selection {
    private final Shape shape;
    private final boolean batched;
    private final int axis;
    private final long[] mask;
    private final long length;

    Selection(Type type, Shape shape) {
      this.shape = shape;
      this.batched = type.dims().indexOf(Dim.BATCH) == 0;
      int sequence = type.dims().indexOf(Dim.SEQ);
      this.axis = sequence >= 0 ? sequence : type.dims().indexOf(Dim.SOURCE);
      boolean decoder = sequence >= 0 && inputs.containsKey("decoder_attention_mask");
      @Nullable Tensor of = inputs.get(decoder ? "decoder_attention_mask" : "attention_mask");
      // A recording may say nothing of the decoder's padding: the encoder's is another sequence.
      boolean tokens =
          axis >= 0
              && axis < shape.rank() - 1
              && of != null
              && of.shape().dim(1) == shape.dim(axis);
      this.mask = tokens && of != null ? of.longs() : new long[0];
      this.length = tokens && of != null ? of.shape().dim(1) : 0;
    }

    int width() {
      return shape.rank() == 0 ? 1 : Math.toIntExact(shape.dim(-1));
    }

    /** How many tokens a row of the batch has; 0 where the value has none. */
    int tokens() {
      return Math.toIntExact(length);
    }

    long batch(long row) {
      return batched ? index(row, 0) : -1;
    }

    long token(long row) {
      return length == 0 ? -1 : index(row, axis);
    }

    boolean has(long row) {
      if (length == 0) return true;
      long place = batch(row) * length + token(row);
      return mask[Math.toIntExact(place)] != 0 && !undecided.test(place);
    }

    /** The index along an axis of a row of the last axis. */
    private long index(long row, int of) {
      long inner = 1;
      for (int each = of + 1; each < shape.rank() - 1; each++) inner *= shape.dim(each);
      return row / inner % shape.dim(of);
    }
  }

  /** How far a value (B, T, D) is from the reference's. */
  public Deviation between(Tensor reference, Tensor candidate) {
    return between(STREAM, reference, candidate);
  }

  /** What the results (B, T, D) of a head come to. */
  public OutputDeviation results(String label, Tensor reference, Tensor candidate) {
    return results(label, STREAM, reference, candidate);
  }

  /** How far a value is from the reference's. */
  Deviation between(Type type, Tensor reference, Tensor candidate) {
    requireSame(reference, candidate);
    Selection selection = new Selection(type, reference.shape());
    int width = selection.width();
    int rows = Math.toIntExact(reference.shape().elements() / width);
    if (reference.equals(candidate)) return Deviation.NONE;
    RowReader a = new RowReader(reference, width), b = new RowReader(candidate, width);
    double[] errors = new double[rows], tokens = new double[selection.tokens()];
    int count = 0, worst = -1;
    double greatest = 0;
    for (int row = 0; row < rows; row++) {
      if (!selection.has(row)) continue;
      double error = error(a.read(row), b.read(row));
      errors[count++] = error;
      int token = (int) selection.token(row);
      if (token >= 0) tokens[token] = Math.max(tokens[token], error);
      if (error > greatest) {
        greatest = error;
        worst = row;
      }
    }
    if (worst < 0) return Deviation.NONE;
    Arrays.sort(errors, 0, count);
    return new Deviation(
        greatest,
        errors[count / 2],
        errors[(int) Math.ceil(0.99 * count) - 1],
        selection.batch(worst),
        selection.token(worst),
        count,
        Arrays.stream(tokens).boxed().toList());
  }

  /** What the results of a head come to. */
  OutputDeviation results(String label, Type type, Tensor reference, Tensor candidate) {
    requireSame(reference, candidate);
    Selection selection = new Selection(type, reference.shape());
    int width = selection.width();
    long rows = reference.shape().elements() / width;
    RowReader first = new RowReader(reference, width), second = new RowReader(candidate, width);
    double largest = 0, apart = 0, divergence = 0, worst = 0;
    long same = 0, count = 0;
    for (long row = 0; row < rows; row++) {
      if (!selection.has(row)) continue;
      count++;
      float[] a = first.read(row), b = second.read(row);
      for (int i = 0; i < width; i++) {
        largest = Math.max(largest, Math.abs(a[i]));
        if (Float.compare(a[i], b[i]) == 0) continue;
        double here = Math.abs((double) a[i] - b[i]);
        apart = Double.isFinite(here) ? Math.max(apart, here) : Double.POSITIVE_INFINITY;
      }
      double here = Logits.divergence(a, b, 0, width);
      divergence += here;
      worst = Math.max(worst, here);
      if (Logits.top(a, 0, width) == Logits.top(b, 0, width)) same++;
    }
    boolean choices = label.endsWith("logits") && width > 1;
    return new OutputDeviation(
        label,
        apart == 0 ? 0 : apart / Math.max(largest, Double.MIN_NORMAL),
        choices ? count : 0,
        choices ? same : 0,
        choices && count > 0 ? divergence / count : 0,
        choices ? worst : 0);
  }

  private static void requireSame(Tensor reference, Tensor candidate) {
    if (!reference.shape().equals(candidate.shape()))
      throw new IllegalArgumentException(
          "values of shapes %s and %s are not compared"
              .formatted(reference.shape(), candidate.shape()));
  }

  private static double error(float[] a, float[] b) {
    double apart = 0, length = 0;
    for (int i = 0; i < a.length; i++) {
      if (Float.isFinite(a[i])) length += (double) a[i] * a[i];
      // What is infinite on both sides, or no number on both, is the same.
      if (a[i] == b[i] || Float.compare(a[i], b[i]) == 0) continue;
      double difference = (double) a[i] - b[i];
      if (!Double.isFinite(difference)) return Double.POSITIVE_INFINITY;
      apart += difference * difference;
    }
    if (apart == 0) return 0;
    return length == 0 ? Double.POSITIVE_INFINITY : Math.sqrt(apart / length);
  }
}
