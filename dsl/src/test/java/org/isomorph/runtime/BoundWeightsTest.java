package org.isomorph.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.isomorph.runtime.StoredWeight.Dim;
import org.isomorph.runtime.StoredWeight.Part;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BoundWeightsTest {
  private static final Shape SHAPE = Shape.of(2, 3);
  private static final float[] VALUES = {1, -2, 3, -4, 5, -6};

  @TempDir Path folder;

  /** A file of so many bytes of something else, and then values. */
  private Path file(int before, DType dtype, float... values) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(before + dtype.width() * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < before; i++) bytes.put((byte) 99);
    for (float value : values)
      switch (dtype) {
        case F64 -> bytes.putDouble(value);
        case F32 -> bytes.putFloat(value);
        case F16 -> bytes.putShort(Float.floatToFloat16(value));
        case BF16 -> bytes.putShort((short) (Float.floatToIntBits(value) >>> 16));
        default -> throw new IllegalArgumentException("" + dtype);
      }
    return Files.write(folder.resolve("weights-" + before + dtype), bytes.array());
  }

  private static StoredWeight dense(DType dtype, Shape shape, Path file, long offset) {
    Part part = new Part(file, offset, 0, List.of(new Dim(shape.elements(), 1, 1)));
    return new StoredWeight(dtype, shape, List.of(part));
  }

  private static BoundWeights bind(StoredWeight weight, DType run) {
    return BoundWeights.bind(_ -> weight, List.of("w"), run, Device.CPU);
  }

  private static Tensor only(BoundWeights bound) {
    return bound.tensors().elements().getFirst().tensor();
  }

  // ---- where weights are

  @ParameterizedTest
  @CsvSource({
    "F32, F32, 24", "BF16, BF16, 12", "F64, F64, 48", "F16, F32, 0", "BF16, F32, 0",
    "F64, F32, 0", "F32, BF16, 0", "F16, BF16, 0", "F32, F64, 0", "BF16, F64, 0",
  })
  void everyFloatIsMappedOrCast(DType stored, DType run, long mapped) throws IOException {
    StoredWeight weight = dense(stored, SHAPE, file(8, stored, VALUES), 8);
    try (BoundWeights bound = bind(weight, run)) {
      assertThat(only(bound).dtype()).isEqualTo(run);
      assertThat(only(bound).shape()).isEqualTo(SHAPE);
      assertThat(only(bound).floats()).containsExactly(VALUES);
      assertThat(bound.mappedBytes()).isEqualTo(mapped);
      assertThat(bound.materialisedBytes()).isEqualTo(mapped > 0 ? 0 : run.bytes(6));
    }
  }

  @ParameterizedTest
  @CsvSource({"F32, F32", "BF16, F32", "F64, F64"})
  void anOffsetThatIsNotAlignedIsRead(DType stored, DType run) throws IOException {
    StoredWeight weight = dense(stored, SHAPE, file(3, stored, VALUES), 3);
    try (BoundWeights bound = bind(weight, run)) {
      assertThat(only(bound).floats()).containsExactly(VALUES);
      assertThat(bound.mappedBytes()).isZero();
    }
  }

  @Test
  void aTransposedWeightIsAView() throws IOException {
    Path file = file(4, DType.F32, 1, 2, 3, 4, 5, 6); // (3, 2)
    Part part = new Part(file, 4, 0, List.of(new Dim(2, 1, 3), new Dim(3, 2, 1)));
    try (BoundWeights bound = bind(new StoredWeight(DType.F32, SHAPE, List.of(part)), DType.F32)) {
      assertThat(only(bound)).isEqualTo(Tensor.ofFloats(SHAPE, 1, 3, 5, 2, 4, 6));
      assertThat(bound.materialisedBytes()).isZero();
    }
  }

  @Test
  void aWeightInPartsIsPutTogether() throws IOException {
    Path columns = file(0, DType.F32, 1, 2, 3, 4); // (2, 2): columns 0 and 2
    Path column = file(2, DType.F32, 8, 9); // column 1, not aligned
    StoredWeight weight =
        new StoredWeight(
            DType.F32,
            SHAPE,
            List.of(
                new Part(columns, 0, 0, List.of(new Dim(2, 2, 3), new Dim(2, 1, 2))),
                new Part(column, 2, 1, List.of(new Dim(2, 1, 3)))));
    try (BoundWeights bound = bind(weight, DType.F32)) {
      assertThat(only(bound)).isEqualTo(Tensor.ofFloats(SHAPE, 1, 8, 2, 3, 9, 4));
      assertThat(bound.materialisedBytes()).isEqualTo(24);
    }
  }

  @Test
  void anAxisInPiecesIsPutTogether() throws IOException {
    // A rotary permutation: rows 0 1 2 3 of the parameter are the stored rows 0 2 1 3.
    Path file = file(0, DType.F32, 1, 2, 3, 4);
    Part part = new Part(file, 0, 0, List.of(new Dim(2, 1, 2), new Dim(2, 2, 1)));
    try (BoundWeights bound =
        bind(new StoredWeight(DType.F32, Shape.of(4, 1), List.of(part)), DType.F32)) {
      assertThat(only(bound).floats()).containsExactly(1, 3, 2, 4);
    }
  }

  @Test
  void aRepeatedElementIsMade() throws IOException {
    Path file = file(0, DType.F32, 7, 8, 9);
    Part part = new Part(file, 0, 0, List.of(new Dim(2, 0, 3), new Dim(3, 1, 1)));
    try (BoundWeights bound = bind(new StoredWeight(DType.F32, SHAPE, List.of(part)), DType.F32)) {
      assertThat(only(bound).floats()).containsExactly(7, 8, 9, 7, 8, 9);
      assertThat(bound.materialisedBytes()).isEqualTo(24);
    }
  }

  @Test
  void scalarsAndEmptyWeightsAreBound() throws IOException {
    Path file = file(0, DType.F32, 7);
    StoredWeight scalar =
        new StoredWeight(DType.F32, Shape.of(), List.of(new Part(file, 0, 0, List.of())));
    StoredWeight empty = new StoredWeight(DType.F32, Shape.of(0, 3), List.of());
    Map<String, StoredWeight> weights = Map.of("scalar", scalar, "empty", empty);
    try (BoundWeights bound =
        BoundWeights.bind(weights::get, List.of("scalar", "empty"), DType.F32, Device.CPU)) {
      List<NativeValue> tensors = bound.tensors().elements();
      assertThat(tensors.getFirst().tensor()).isEqualTo(Tensor.ofFloats(Shape.of(), 7));
      assertThat(tensors.getLast().tensor()).isEqualTo(Tensor.ofFloats(Shape.of(0, 3)));
    }
  }

  @Test
  void whatIsBoundTwiceIsShared() throws IOException {
    StoredWeight weight = dense(DType.BF16, SHAPE, file(0, DType.BF16, VALUES), 0);
    try (BoundWeights bound =
            BoundWeights.bind(_ -> weight, List.of("a", "b", "a"), DType.F32, Device.CPU);
        Program program =
            Scripts.load(
                """
                forward(w: List[Tensor]) -> Tensor:
                x = torch.fill_(w[0], 7)
                return w[2]\
                """);
        NativeValue third = program.call("forward", bound.tensors())) {
      assertThat(bound.materialisedBytes()).isEqualTo(24);
      assertThat(third.tensor().get(1, 2)).isEqualTo(7);
    }
  }

  @Test
  void weightsInMemoryAreBound() {
    Weights weights = Weights.of(Map.of("w", Tensor.ofFloats(SHAPE, VALUES)));
    for (DType run : List.of(DType.F32, DType.F64))
      try (BoundWeights bound = BoundWeights.bind(weights, List.of("w"), run, Device.CPU)) {
        assertThat(only(bound).floats()).containsExactly(VALUES);
        assertThat(bound.materialisedBytes()).isEqualTo(run.bytes(6));
      }
    assertThatThrownBy(() -> weights.find("v"))
        .isInstanceOf(RunException.class)
        .hasMessage("there is no parameter v among 1 in memory");
  }

  @Test
  void elementsBeyondFourGigabytesAreReached() throws IOException {
    long rows = 5L << 18; // of 1024 float32: 5 GiB, all of it a hole but the end
    Path file = folder.resolve("sparse");
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(rows * 4096);
      sparse.seek(rows * 4096 - 4);
      sparse.writeInt(Integer.reverseBytes(Float.floatToIntBits(42)));
    }
    try (BoundWeights bound = bind(dense(DType.F32, Shape.of(rows, 1024), file, 0), DType.F32);
        Program program =
            Scripts.load(
                """
                forward(w: List[Tensor]) -> Tensor:
                return torch.slice(torch.select(w[0], 0, -1), 0, 1022)\
                """);
        NativeValue end = program.call("forward", bound.tensors())) {
      assertThat(end.tensor().floats()).containsExactly(0, 42);
      assertThat(bound.mappedBytes()).isEqualTo(5L << 30);
    }
  }

  @Test
  void aDiskIsNeverWrittenTo() throws IOException {
    Path file = file(0, DType.F32, VALUES);
    byte[] before = Files.readAllBytes(file);
    try (BoundWeights bound = bind(dense(DType.F32, SHAPE, file, 0), DType.F32);
        Program program =
            Scripts.load("forward(w: List[Tensor]) -> Tensor:\nreturn torch.fill_(w[0], 7)")) {
      program.call("forward", bound.tensors()).close();
      bound.requireUnchanged();
    }
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
  }

  @Test
  void ninetyThousandWeightsAreBoundAtOnce() throws IOException {
    Path file = file(0, DType.F32, new float[90_000]);
    List<String> names = LongStream.range(0, 90_000).mapToObj(Long::toString).toList();
    Weights weights =
        name -> {
          Part part = new Part(file, 4 * Long.parseLong(name), 0, List.of());
          return new StoredWeight(DType.F32, Shape.of(1, 1), List.of(part));
        };
    long start = System.nanoTime();
    try (BoundWeights bound = BoundWeights.bind(weights, names, DType.F32, Device.CPU)) {
      assertThat(bound.mappedBytes()).isEqualTo(360_000);
      // About half a second on a quiet machine; a call for each would take many.
      assertThat(System.nanoTime() - start).isLessThan(20_000_000_000L);
    }
  }

  // ---- failures, none of which may end the process

  @Test
  void aMissingFileIsRefused() {
    Path missing = folder.resolve("missing");
    assertThatThrownBy(() -> bind(dense(DType.F32, SHAPE, missing, 0), DType.F32))
        .isInstanceOf(RunException.class)
        .hasMessage(missing + ": expected a file with weights, cannot read it");
    assertThatThrownBy(() -> bind(dense(DType.F32, SHAPE, folder, 0), DType.F32))
        .hasMessage(folder + ": expected a file with weights, found a folder");
  }

  @Test
  void aFileThatIsCutShortIsRefused() throws IOException {
    Path file = file(0, DType.F32, VALUES);
    Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 23));
    for (DType run : List.of(DType.F32, DType.F64))
      assertThatThrownBy(() -> bind(dense(DType.F32, SHAPE, file, 0), run))
          .isInstanceOf(RunException.class)
          .hasMessage(
              "parameter w: ends at byte 24 of "
                  + file
                  + ", which has 23 bytes; is the file cut short?");
  }

  @Test
  void aFileThatChangesWhileInUseIsNoticed() throws IOException {
    Path file = file(0, DType.F32, VALUES);
    try (BoundWeights bound = bind(dense(DType.F32, SHAPE, file, 0), DType.F32)) {
      bound.requireUnchanged();
      Files.write(file, new byte[10]);
      assertThatThrownBy(bound::requireUnchanged)
          .isInstanceOf(RunException.class)
          .hasMessageStartingWith(file + ": the file was changed");
    }
  }

  @Test
  void partsThatDoNotFitAreRefused() throws IOException {
    Path file = file(0, DType.F32, VALUES);
    assertThatThrownBy(() ->
            bind(
                new StoredWeight(
                    DType.F32, SHAPE, List.of(new Part(file, 0, 0, List.of(new Dim(5, 1, 1))))),
                DType.F32))
        .hasMessage("parameter w: 5 elements are stored, its shape [2, 3] has 6");
    assertThatThrownBy(() ->
            bind(
                new StoredWeight(
                    DType.F32, SHAPE, List.of(new Part(file, 0, 3, List.of(new Dim(6, 0, 1))))),
                DType.F32))
        .hasMessage("parameter w: element 8 is outside its shape [2, 3]");
  }

  @Test
  void whatIsNoFloatIsRefused() throws IOException {
    Path file = file(0, DType.F32, VALUES);
    assertThatThrownBy(() -> bind(dense(DType.I32, SHAPE, file, 0), DType.F32))
        .hasMessage("parameter w: stored as I32, expected F64, F32, F16 or BF16");
    assertThatThrownBy(() -> bind(dense(DType.F32, SHAPE, file, 0), DType.I32))
        .hasMessage("weights are bound as F64, F32, F16 or BF16, not I32");
  }
}
