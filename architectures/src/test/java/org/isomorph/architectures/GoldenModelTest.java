package org.isomorph.architectures;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.isomorph.spec.Model;
import org.isomorph.spec.TinyModels;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** A family reads a checkpoint as the model that a person describes. */
class GoldenModelTest {
  static final List<String> GOLDENS = Goldens.NAMES;

  @ParameterizedTest
  @FieldSource("GOLDENS")
  void theModelIsTheOneDescribed(String golden) throws IOException {
    String name = golden.replace('_', '-');
    Model described =
        TinyModels.all().stream()
            .map(TinyModels.Tiny::model)
            .filter(model -> model.name().equals(name))
            .findFirst()
            .orElseThrow();
    Model read = Goldens.open(golden).model();
    // Ids and lengths are what only its users need.
    assertThat(new Model(name, read.towers(), read.heads(), Map.of(), 0)).isEqualTo(described);
  }
}
