package org.isomorph.architectures;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.isomorph.convert.Checkpoint;
import org.isomorph.dialect.Table;
import org.isomorph.spec.Estimates;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A family's table accounts for every tensor that a reference implementation writes. */
class GoldenTableTest {
  static Stream<Arguments> checkpoints() {
    return Goldens.NAMES.stream()
        .flatMap(
            name -> Goldens.configurations(name).stream().map(file -> Arguments.of(name, file)));
  }

  @ParameterizedTest
  @MethodSource("checkpoints")
  void everyTensorIsInExactlyOneRow(String name, Path configuration) throws IOException {
    Checkpoint checkpoint = Goldens.open(name, configuration);
    List<String> accounted = new ArrayList<>();
    for (Table.Entry entry : checkpoint.table().entries())
      accounted.add(checkpoint.storedName(entry));
    for (Table.Duplicate duplicate : checkpoint.duplicates()) accounted.add(duplicate.name());
    for (Table.Zeros zeros : checkpoint.zeros()) accounted.add(zeros.name());

    assertThat(checkpoint.unknown()).isEmpty();
    assertThat(accounted)
        .containsExactlyInAnyOrderElementsOf(checkpoint.stored().tensors().keySet());
  }

  @ParameterizedTest
  @MethodSource("checkpoints")
  void theElementsAreAsManyAsTheParameters(String name, Path configuration) throws IOException {
    Checkpoint checkpoint = Goldens.open(name, configuration);
    Set<String> noParameters = new HashSet<>();
    for (Table.Duplicate duplicate : checkpoint.duplicates()) noParameters.add(duplicate.name());
    for (Table.Zeros zeros : checkpoint.zeros()) noParameters.add(zeros.name());
    long elements =
        checkpoint.stored().tensors().entrySet().stream()
            .filter(tensor -> !noParameters.contains(tensor.getKey()))
            .mapToLong(tensor -> tensor.getValue().shape().elements())
            .sum();
    assertThat(Estimates.of(checkpoint.model()).parameters()).isEqualTo(elements);
  }

  @Test
  void headsForFurtherTokensAreThoseOfTheFiles() throws IOException {
    // The configuration speaks of one; transformers neither loads nor writes it.
    assertThat(Goldens.open("deepseek-v3").model().heads()).hasSize(1);
  }
}
