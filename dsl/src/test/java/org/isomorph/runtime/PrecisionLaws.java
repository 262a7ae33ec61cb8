package org.isomorph.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.isomorph.spec.Model;
import org.isomorph.spec.TinyModels;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The same model in other dtypes. */
class PrecisionLaws {
  static Stream<Model> models() {
    return TinyModels.all().stream().map(TinyModels.Tiny::model);
  }

  @ParameterizedTest
  @MethodSource("models")
  void dtypesDifferByTheirRoundingOnly(Model model) {
    Subject subject = Subject.any(model, 1);
    Outputs expected = outputs(subject, DType.F32);
    Outputs wide = outputs(subject, DType.F64), narrow = outputs(subject, DType.BF16);
    expected
        .values()
        .forEach((name, tensor) -> {
          assertThat(Numbers.apart(tensor, wide.get(name))).as(name).isLessThan(1e-4);
          Tensor rounded = narrow.get(name);
          assertThat(rounded.dtype()).isEqualTo(DType.F32);
          // Where experts are chosen, rounding may choose others.
          boolean chooses = !Margins.routers(subject.graph()).isEmpty();
          assertThat(Numbers.apart(tensor, rounded)).as(name).isLessThan(chooses ? 2 : 0.1);
        });
  }

  private static Outputs outputs(Subject subject, DType dtype) {
    try (LoadedModel loaded = subject.load(dtype)) {
      return loaded.forward(Request.of(subject.batch().inputs(Batch.Side.RIGHT)));
    }
  }
}
