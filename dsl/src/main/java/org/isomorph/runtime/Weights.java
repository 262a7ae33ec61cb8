package org.isomorph.runtime;

import java.util.List;
import java.util.Map;
import org.isomorph.runtime.StoredWeight.Dim;
import org.isomorph.runtime.StoredWeight.Part;
import org.isomorph.runtime.StoredWeight.Source;
import org.isomorph.tensor.Tensor;

/** Where a model's parameters are stored, by their canonical names. */
@FunctionalInterface
public interface Weights {
  /**
   * Where a parameter's elements are.
   *
   * @throws RunException if there is no such parameter
   */
  StoredWeight find(String parameter);

  /** Weights in memory. */
  static Weights of(Map<String, Tensor> tensors) {
    Map<String, Tensor> kept = Map.copyOf(tensors);
    return parameter -> {
      Tensor tensor = kept.get(parameter);
      if (tensor == null)
        throw new RunException(
            "there is no parameter " + parameter + " among " + kept.size() + " in memory");
      long elements = tensor.shape().elements();
      return new StoredWeight(
          tensor.dtype(),
          tensor.shape(),
          elements == 0
              ? List.of()
              : List.of(
                  new Part(
                      new Source.Memory(tensor.data()), 0, 0, List.of(new Dim(elements, 1, 1)))));
    };
  }
}
