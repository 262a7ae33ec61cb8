package org.isomorph.architectures;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.TensorNames;
import org.isomorph.spec.Model;
import org.isomorph.spec.TinyModels;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** A golden's configuration gives the model that a person describes. */
class GoldenSpecTest {
  static final List<String> GOLDENS =
      List.of("falcon-mqa", "falcon-new", "falcon-rw", "glam", "palm", "yoco", "yoco_swa");

  @ParameterizedTest
  @FieldSource("GOLDENS")
  void aConfigurationGivesTheModelAsDescribed(String golden) {
    Config config = Goldens.config(Goldens.configurations(golden).getFirst());
    Model read = Goldens.DIALECTS.reading(config).spec(config, TensorNames.UNKNOWN);
    String name = golden.replace('_', '-');
    Model described =
        TinyModels.all().stream()
            .map(TinyModels.Tiny::model)
            .filter(model -> model.name().equals(name))
            .findFirst()
            .orElseThrow();
    assertThat(bare(read).named(name)).isEqualTo(bare(described));
  }

  /** The model without what only its users need. */
  private static Model bare(Model model) {
    return new Model(model.name(), model.towers(), model.heads(), Map.of(), 0);
  }
}
