package org.isomorph.runtime;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.isomorph.runtime.StoredWeight.Dim;
import org.isomorph.runtime.StoredWeight.Part;
import org.isomorph.runtime.StoredWeight.Source;
import org.isomorph.spec.Model;
import org.isomorph.spec.Parameter;
import org.isomorph.spec.Parameters;
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

  /**
   * New weights in memory, of F32: for a model that has none yet. All are random, so that one that
   * is left out shows: matrices, tables and biases around 0, gains around 1, with a standard
   * deviation of 0.02.
   *
   * @param seed which of all random weights; a parameter's depend on it and on its name
   */
  static Weights random(Model model, long seed) {
    Map<String, Tensor> tensors = new HashMap<>();
    for (Parameter parameter : Parameters.of(model)) {
      RandomGenerator random =
          RandomGeneratorFactory.of("L64X128MixRandom")
              .create(seed * 31 + parameter.name().hashCode());
      float mean = parameter.kind() == Parameter.Kind.GAIN ? 1 : 0;
      float[] values = new float[Math.toIntExact(parameter.shape().elements())];
      for (int i = 0; i < values.length; i++) values[i] = (float) random.nextGaussian(mean, 0.02);
      tensors.put(parameter.name(), Tensor.ofFloats(parameter.shape(), values));
    }
    return of(tensors);
  }
}
