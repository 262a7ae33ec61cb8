package org.isomorph.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.isomorph.spec.Input;
import org.isomorph.spec.Model;
import org.isomorph.spec.Parameter;
import org.isomorph.spec.Parameters;
import org.isomorph.spec.Patches;
import org.isomorph.spec.TinyModels;
import org.isomorph.spec.Tower;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LoadedModelTest {
  static Stream<Model> models() {
    return TinyModels.all().stream().map(TinyModels.Tiny::model);
  }

  /** Weights that no norm and no bias leaves without effect. */
  static Weights random(Model model, long seed) {
    Random random = new Random(seed);
    Map<String, Tensor> tensors = new HashMap<>();
    for (Parameter parameter : Parameters.of(model)) {
      double[] values = new double[(int) parameter.shape().elements()];
      for (int i = 0; i < values.length; i++) values[i] = random.nextGaussian() * 0.3;
      tensors.put(parameter.name(), Tensor.ofDoubles(parameter.shape(), values));
    }
    return Weights.of(tensors);
  }

  static Map<String, Tensor> inputs(Model model) {
    Map<String, Tensor> inputs = new HashMap<>();
    boolean decodes = model.tower("encoder").isPresent() && model.tower("decoder").isPresent();
    for (Tower tower : model.towers()) {
      Input input = tower.input();
      if (input instanceof Patches patches) {
        double[] pixels =
            new double[(int) (patches.channels() * patches.image() * patches.image())];
        for (int i = 0; i < pixels.length; i++) pixels[i] = Math.sin(i);
        inputs.put(
            "pixel_values",
            Tensor.ofDoubles(
                Shape.of(1, patches.channels(), patches.image(), patches.image()), pixels));
      } else if (!(input instanceof Input.Continues)) {
        inputs.put("input_ids", Tensor.ofLongs(Shape.of(1, 7), 5, 9, 3, 11, 2, 30, 8));
        if (decodes) inputs.put("decoder_input_ids", Tensor.ofLongs(Shape.of(1, 3), 5, 9, 3));
      }
    }
    return inputs;
  }

  @ParameterizedTest
  @MethodSource("models")
  void everyTinyModelRuns(Model model) {
    try (LoadedModel loaded =
        LoadedModel.load(model, random(model, 1), RunOptions.usual().in(DType.F32))) {
      Outputs outputs = loaded.forward(Request.of(inputs(model)).tap("*"));
      outputs
          .values()
          .forEach((name, tensor) -> {
            if (name.endsWith(".scores")) return;
            for (float value : tensor.floats()) assertThat(value).as(name).isFinite();
          });
    }
  }
}
