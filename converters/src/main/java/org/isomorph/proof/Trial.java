package org.isomorph.proof;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.isomorph.graph.Piece;
import org.isomorph.runtime.PiecewiseModel;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Tensor;

/**
 * The candidate's pieces, each run as it is and once more with the rounding that is to be forgiven:
 * with weights moved a little, or, where one side computes in 16 bits, in the other precision.
 */
final class Trial implements AutoCloseable {
  private final Subject subject;
  private final PiecewiseModel model;
  private final DType coarsest;
  private final Optional<ParameterDifferences> weights;
  private Optional<PiecewiseModel> rounded = Optional.empty();

  Trial(Reference reference, Subject subject) {
    this.subject = subject;
    this.model = PiecewiseModel.of(subject.model(), subject.weights(), subject.computed());
    this.coarsest = coarser(reference.computed(), subject.computed());
    this.weights =
        reference
            .weights()
            .map(found ->
                new ParameterDifferences(
                    reference.model(), found, subject.model(), subject.weights()));
  }

  private static DType coarser(DType one, DType other) {
    return Floor.rounding(one) >= Floor.rounding(other) ? one : other;
  }

  PiecewiseModel model() {
    return model;
  }

  /** The weights of both, where they are at hand. */
  Optional<ParameterDifferences> weights() {
    return weights;
  }

  /** What the piece makes of these values when it rounds in another way; it is not run again. */
  Map<String, Tensor> noise(PiecewiseModel.Bound bound, Piece piece, Map<String, Tensor> values) {
    if (isExact()) return noise(bound, part(piece), values);
    try (PiecewiseModel.Bound other = rounded().bind(piece)) {
      return noise(other, part(piece), values);
    }
  }

  private static Map<String, Tensor> noise(
      PiecewiseModel.Bound bound, double part, Map<String, Tensor> values) {
    bound.nudge(part);
    return bound.run(values).values();
  }

  /** What the noise was to what would be: half precision is finer than what can be run here. */
  double scale() {
    return coarsest == DType.F16 ? Floor.rounding(DType.F16) / Floor.rounding(DType.BF16) * 2 : 1;
  }

  /** Whether both sides compute in no less than float32. */
  boolean isExact() {
    return Floor.rounding(coarsest) <= Floor.rounding(DType.F32);
  }

  private PiecewiseModel rounded() {
    if (rounded.isEmpty()) {
      DType other = subject.computed() == DType.BF16 ? DType.F32 : DType.BF16;
      rounded = Optional.of(PiecewiseModel.of(subject.model(), subject.weights(), other));
    }
    return rounded.get();
  }

  /** By how much rounding may have moved the weights of a piece. */
  private double part(Piece piece) {
    Set<String> parameters = piece.graph().parameters().keySet();
    double part = Floor.rounding(subject.weights(), parameters);
    if (weights.isEmpty()) return part;
    // Whichever is rounded, they are as far apart; what is the same number was not rounded.
    double either = Math.max(part, weights.get().rounding(parameters));
    boolean exact = either > Floor.rounding(DType.F32) && weights.get().areNone(parameters);
    return exact ? Floor.rounding(DType.F32) : either;
  }

  @Override
  public void close() {
    model.close();
    rounded.ifPresent(PiecewiseModel::close);
  }
}
