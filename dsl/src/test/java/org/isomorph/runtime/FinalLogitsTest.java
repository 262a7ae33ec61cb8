package org.isomorph.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.isomorph.spec.Head;
import org.isomorph.spec.Model;
import org.isomorph.spec.TinyModels;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FinalLogitsTest {
  static List<Model> models() {
    return TinyModels.all().stream()
        .map(TinyModels.Tiny::model)
        .filter(model -> model.heads().stream().anyMatch(Head.Lm.class::isInstance))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("models")
  void theLastTokensLogitsAreTheSameAlone(Model model) {
    Weights weights = LoadedModelTest.random(model, 1);
    try (LoadedModel loaded = LoadedModel.load(model, weights, RunOptions.usual().in(DType.F64))) {
      Request request = Request.of(LoadedModelTest.inputs(model));
      Tensor all = loaded.forward(request).logits();
      Tensor last = loaded.forward(request.finalLogits()).logits();
      long tokens = all.shape().dim(1);
      assertThat(last.shape().dim(1)).isEqualTo(1);
      for (long id = 0; id < all.shape().dim(2); id++)
        assertThat(last.get(0, 0, id)).isCloseTo(all.get(0, tokens - 1, id), within(1e-9));
    }
  }
}
