package org.isomorph.proof;

import org.isomorph.convert.Checkpoint;
import org.isomorph.convert.CheckpointWeights;
import org.isomorph.runtime.Weights;
import org.isomorph.spec.Model;
import org.isomorph.tensor.DType;

/**
 * A model with weights, to be compared.
 *
 * @param computed what it computes in: F32 or BF16
 */
public record Subject(Model model, Weights weights, DType computed) {
  /** A checkpoint, computed in float32 whatever it is stored in. */
  public static Subject of(Checkpoint checkpoint) {
    return of(checkpoint.model(), CheckpointWeights.of(checkpoint));
  }

  /** A model that computes in float32. */
  public static Subject of(Model model, Weights weights) {
    return new Subject(model, weights, DType.F32);
  }

  /** The same model, computing in another dtype. */
  public Subject in(DType dtype) {
    return new Subject(model, weights, dtype);
  }
}
