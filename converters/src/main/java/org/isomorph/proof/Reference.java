package org.isomorph.proof;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import org.isomorph.runtime.Weights;
import org.isomorph.spec.Model;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Tensor;

/**
 * What a model computed on certain inputs, by canonical names: one that is run as it is asked, or a
 * recording of one.
 */
public interface Reference {
  /** The description. */
  Model model();

  /** What it was given, by Hugging Face's names. */
  Map<String, Tensor> inputs();

  /**
   * Values by canonical names, and results of heads by their labels: those of these that it has.
   * Names are asked for in the order of computation, and those of one layer together.
   */
  Map<String, Tensor> values(Collection<String> names);

  /** Its weights, where they are at hand. */
  Optional<Weights> weights();

  /** What it computed in: F32, or what is coarser. */
  default DType computed() {
    return DType.F32;
  }
}
