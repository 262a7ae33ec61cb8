package org.isomorph.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.isomorph.runtime.StoredWeight.Dim;
import org.isomorph.runtime.StoredWeight.Part;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BoundWeightsTest {
  @TempDir Path directory;

  private Path file(int unaligned, float... values) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(unaligned + 4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.position(unaligned);
    for (float value : values) bytes.putFloat(value);
    return Files.write(directory.resolve("weights"), bytes.array());
  }

  @Test
  void aTransposedWeightIsAViewOfTheFile() throws IOException {
    Path file = file(4, 1, 2, 3, 4, 5, 6); // [3, 2]
    StoredWeight weight =
        new StoredWeight(
            DType.F32,
            Shape.of(2, 3),
            List.of(new Part(file, 4, 0, List.of(new Dim(2, 1, 3), new Dim(3, 2, 1)))));
    try (BoundWeights bound =
        BoundWeights.bind(_ -> weight, List.of("w", "w"), DType.F32, Device.CPU)) {
      assertThat(bound.mappedBytes()).isEqualTo(24);
      assertThat(bound.materialisedBytes()).isZero();
      assertThat(bound.tensors().elements()).hasSize(2);
      assertThat(bound.tensors().elements().getLast().tensor())
          .isEqualTo(Tensor.ofFloats(Shape.of(2, 3), 1, 3, 5, 2, 4, 6));
    }
  }

  @Test
  void manyTensorsBindInNoTime() throws IOException {
    Path file = file(0, new float[90_000]);
    for (int round = 0; round < 3; round++)
      for (DType dtype : List.of(DType.F32, DType.F64)) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 90_000; i++) names.add("w" + i);
        long start = System.nanoTime();
        try (BoundWeights bound =
            BoundWeights.bind(
                name ->
                    new StoredWeight(
                        DType.F32,
                        Shape.of(1, 1, 1),
                        List.of(
                            new Part(file, 4 * Long.parseLong(name.substring(1)), 0, List.of()))),
                names,
                dtype,
                Device.CPU)) {
          System.out.println(
              dtype + " " + (System.nanoTime() - start) / 1_000_000 + " ms " + bound.mappedBytes());
        }
      }
  }
}
