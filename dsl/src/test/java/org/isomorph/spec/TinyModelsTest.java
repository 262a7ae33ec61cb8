package org.isomorph.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TinyModelsTest {
  static List<TinyModels.Tiny> models() {
    return TinyModels.all();
  }

  @ParameterizedTest
  @MethodSource("models")
  void parametersAreTheElementsThatTheFamilyItselfWrites(TinyModels.Tiny tiny) {
    assertThat(tiny.model().parameters()).isEqualTo(tiny.elements());
  }
}
