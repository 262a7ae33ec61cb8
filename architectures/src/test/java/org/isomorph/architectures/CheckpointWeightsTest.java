package org.isomorph.architectures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.isomorph.convert.Checkpoint;
import org.isomorph.convert.CheckpointWeights;
import org.isomorph.runtime.RunException;
import org.isomorph.runtime.StoredWeight;
import org.isomorph.runtime.StoredWeight.Dim;
import org.isomorph.runtime.StoredWeight.Part;
import org.isomorph.spec.Parameter;
import org.isomorph.tensor.Shape;
import org.isomorph.tensorfile.StoredTensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class CheckpointWeightsTest {
  @ParameterizedTest
  @FieldSource("org.isomorph.architectures.Goldens#NAMES")
  void everyParameterIsFoundWhole(String name) throws IOException {
    Checkpoint checkpoint = Goldens.open(name);
    CheckpointWeights weights = CheckpointWeights.of(checkpoint);
    for (Parameter parameter : checkpoint.table().parameters().values()) {
      StoredWeight stored = weights.find(parameter.name());
      assertThat(stored.shape()).isEqualTo(parameter.shape());
      assertThat(stored.parts().stream().mapToLong(Part::elements).sum())
          .as(parameter.name())
          .isEqualTo(parameter.shape().elements());
    }
  }

  @Test
  void aConv1DIsTheTransposeOfItsPartOfTheFile() throws IOException {
    Checkpoint checkpoint = Goldens.open("gpt2");
    StoredTensor fused =
        checkpoint.stored().storage().pieces().stream()
            .filter(piece -> piece.target().equals("transformer.h.0.attn.c_attn.weight"))
            .findFirst()
            .map(piece -> (StoredTensor) piece.source())
            .orElseThrow();
    long dim = fused.shape().dim(0);
    StoredWeight keys = CheckpointWeights.of(checkpoint).find("decoder.0.attn.k.weight");
    assertThat(keys.shape()).isEqualTo(Shape.of(dim, dim));
    assertThat(keys.parts())
        .containsExactly(
            new Part(
                fused.file(),
                fused.begin() + fused.dtype().bytes(dim),
                0,
                List.of(new Dim(dim, 1, dim), new Dim(dim, 3 * dim, 1))));
  }

  @Test
  void aParameterThatIsNotThereIsRefused() throws IOException {
    CheckpointWeights weights = CheckpointWeights.of(Goldens.open("gpt2"));
    assertThatThrownBy(() -> weights.find("decoder.9.attn.k.weight"))
        .isInstanceOf(RunException.class)
        .hasMessageEndingWith("the files have no parameter decoder.9.attn.k.weight");
  }
}
