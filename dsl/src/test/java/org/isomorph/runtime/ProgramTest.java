package org.isomorph.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.isomorph.compile.TorchArchive;
import org.isomorph.compile.TorchArchive.Attribute;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProgramTest {
  private static final Tensor SIX = Tensor.ofFloats(Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
  private static final String SQUARE =
      "forward(x: Tensor) -> Tensor:\ny = torch.matmul(x, x)\nreturn y";

  @TempDir Path folder;

  /** A tensor with a byte of 1, 2, 3 and so on: as good a value as any. */
  private static Tensor counted(DType dtype, Shape shape) {
    byte[] bytes = new byte[Math.toIntExact(dtype.bytes(shape.elements()))];
    for (int i = 0; i < bytes.length; i++) bytes[i] = (byte) (dtype == DType.BOOL ? i % 2 : i + 1);
    return Tensor.of(dtype, shape, MemorySegment.ofArray(bytes));
  }

  private static Attribute attribute(String name, Tensor tensor) {
    return new Attribute(
        name,
        tensor.dtype(),
        tensor.shape(),
        out -> out.write(tensor.data().toArray(ValueLayout.JAVA_BYTE)));
  }

  // ---- values

  @Test
  void aProgramIsLoadedAndComputes() {
    try (Program program =
            Scripts.load("forward(x: Tensor, n: int) -> Tensor:\nreturn torch.mul(x, n)");
        NativeValue x = NativeValue.of(SIX, Device.CPU);
        NativeValue n = NativeValue.of(2);
        NativeValue result = program.call("forward", x, n)) {
      assertThat(result.tensor()).isEqualTo(Tensor.ofFloats(Shape.of(2, 3), 2, 4, 6, 8, 10, 12));
    }
  }

  @Test
  void anyMethodCanBeCalled() {
    try (Program program =
            Scripts.load(
                "forward(n: int) -> int:\nreturn n", "twice(n: int) -> int:\nreturn n + n");
        NativeValue n = NativeValue.of(1L << 40);
        NativeValue result = program.call("twice", n)) {
      assertThat(result.number()).isEqualTo(1L << 41);
    }
  }

  @Test
  void eachKindOfValueCrosses() {
    try (Program program =
            Scripts.load(
                """
                forward(t: List[Tensor], f: float, b: bool, s: str, l: List[int]) -> Tuple[Dict[str, Tensor], List[Tensor], Tensor]:
                d = annotate(Dict[str, Tensor], {})
                d[s] = torch.mul(t[0], f)
                if b:
                  r = [t[0], t[0]]
                else:
                  r = [t[0]]
                return (d, r, torch.tensor(l))\
                """);
        NativeValue x = NativeValue.of(SIX, Device.CPU);
        NativeValue list = NativeValue.listOf(List.of(x));
        NativeValue half = NativeValue.of(0.5);
        NativeValue truth = NativeValue.of(true);
        NativeValue text = NativeValue.of("name");
        NativeValue longs = NativeValue.ofLongs(List.of(3L, 1L << 40));
        NativeValue result = program.call("forward", list, half, truth, text, longs)) {
      List<NativeValue> parts = result.elements();
      assertThat(parts.get(0).entries()).containsOnlyKeys("name");
      assertThat(parts.get(0).entries().get("name").tensor().floats())
          .containsExactly(.5f, 1, 1.5f, 2, 2.5f, 3);
      assertThat(parts.get(1).elements()).hasSize(2);
      assertThat(parts.get(1).elements().get(1).tensor()).isEqualTo(SIX);
      assertThat(parts.get(2).tensor()).isEqualTo(Tensor.ofLongs(Shape.of(2), 3, 1L << 40));
    }
  }

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"F4", "F6_E2M3", "F6_E3M2", "F8_E8M0"})
  void tensorsOfEveryDtypeComeBackAsTheyWere(DType dtype) {
    Tensor tensor = counted(dtype, Shape.of(3, 2));
    try (Program program = Scripts.load("forward(x: Tensor) -> Tensor:\nreturn x");
        NativeValue x = NativeValue.of(tensor, Device.CPU);
        NativeValue result = program.call("forward", x)) {
      assertThat(result.tensor()).isEqualTo(tensor);
    }
  }

  @Test
  void bfloat16IsComputedWith() {
    try (Program program =
            Scripts.load("forward(x: Tensor) -> Tensor:\nreturn torch.to(x, dtype=15)");
        NativeValue x = NativeValue.of(SIX, Device.CPU);
        NativeValue narrow = program.call("forward", x)) {
      assertThat(narrow.tensor().dtype()).isEqualTo(DType.BF16);
      assertThat(narrow.tensor().floats()).containsExactly(SIX.floats());
    }
  }

  @Test
  void aViewComesBackDense() {
    try (Program program =
            Scripts.load("forward(x: Tensor) -> Tensor:\nreturn torch.slice(torch.t(x), 0, 1, 3)");
        NativeValue x = NativeValue.of(SIX, Device.CPU);
        NativeValue result = program.call("forward", x)) {
      assertThat(result.tensor()).isEqualTo(Tensor.ofFloats(Shape.of(2, 2), 2, 5, 3, 6));
    }
  }

  @Test
  void scalarsAndEmptyTensorsCross() {
    for (Tensor tensor : List.of(Tensor.ofLongs(Shape.of(), 7), Tensor.ofFloats(Shape.of(2, 0))))
      try (NativeValue value = NativeValue.of(tensor, Device.CPU)) {
        assertThat(value.tensor()).isEqualTo(tensor);
      }
  }

  @Test
  void aListMayBeEmpty() {
    try (Program program = Scripts.load("forward(t: List[Tensor]) -> int:\nreturn torch.len(t)");
        NativeValue none = NativeValue.listOf(List.of());
        NativeValue result = program.call("forward", none)) {
      assertThat(result.number()).isZero();
    }
  }

  // ---- lifetimes

  @Test
  void aResultOutlivesItsArgumentsAndProgram() {
    NativeValue result;
    try (Program program = Scripts.load("forward(x: Tensor) -> Tensor:\nreturn torch.t(x)");
        NativeValue x = NativeValue.of(SIX, Device.CPU)) {
      result = program.call("forward", x);
    }
    try (result) {
      assertThat(result.tensor()).isEqualTo(Tensor.ofFloats(Shape.of(3, 2), 1, 4, 2, 5, 3, 6));
    }
  }

  @Test
  void whatIsClosedIsRefused() {
    Program program = Scripts.load("forward(n: int) -> Tuple[int, int]:\nreturn (n, n)");
    try (NativeValue n = NativeValue.of(1)) {
      NativeValue result = program.call("forward", n);
      NativeValue element = result.elements().getFirst();
      result.close();
      result.close();
      assertThatThrownBy(result::elements)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("the value is closed");
      assertThatThrownBy(element::number).isInstanceOf(IllegalStateException.class);
      program.close();
      program.close();
      assertThatThrownBy(() -> program.call("forward", n))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("the program is closed");
    }
  }

  @Test
  void aValueIsNotReadAsAnother() {
    try (NativeValue number = NativeValue.of(1)) {
      assertThatThrownBy(number::tensor)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("expected a tensor, the value is int");
      assertThatThrownBy(number::elements)
          .hasMessage("expected a tuple or a list, the value is int");
    }
  }

  @Test
  void manyThreadsCallOneProgram() throws Exception {
    try (Program program = Scripts.load(SQUARE);
        ExecutorService threads = Executors.newFixedThreadPool(2)) {
      Callable<Boolean> task =
          () -> {
            for (int i = 0; i < 50; i++) {
              Tensor tensor = Tensor.ofFloats(Shape.of(1, 1), i);
              try (NativeValue x = NativeValue.of(tensor, Device.CPU);
                  NativeValue result = program.call("forward", x)) {
                if (result.tensor().get(0, 0) != i * i) return false;
              }
            }
            return true;
          };
      for (Future<Boolean> right : threads.invokeAll(List.of(task, task)))
        assertThat(right.get()).isTrue();
    }
  }

  // ---- failures, none of which may end the process

  @Test
  void aFailureNamesTheReasonAndTheStatement() {
    try (Program program = Scripts.load(SQUARE);
        NativeValue x = NativeValue.of(SIX, Device.CPU)) {
      assertThatThrownBy(() -> program.call("forward", x))
          .isInstanceOf(RunException.class)
          .hasMessage(
              "forward: mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)"
                  + " (at \"y = torch.matmul(x, x)\")");
    }
  }

  @Test
  void argumentsThatDoNotFitAreRefused() {
    try (Program program = Scripts.load(SQUARE);
        NativeValue n = NativeValue.of(3)) {
      assertThatThrownBy(() -> program.call("forward", n))
          .isInstanceOf(RunException.class)
          .hasMessage(
              "forward: forward() Expected a value of type 'Tensor' for argument 'x' but instead"
                  + " found type 'int'.");
      assertThatThrownBy(() -> program.call("backward", n))
          .hasMessage("backward: Method 'backward' is not defined.");
    }
  }

  @Test
  void whatIsNoProgramIsRefused() throws IOException {
    assertThatThrownBy(
            () -> Scripts.load("forward(x: Tensor) -> Tensor:\ny = torch.nosuch(x)\nreturn y"))
        .isInstanceOf(RunException.class)
        .hasMessage(
            "loading a program: Unknown builtin op: aten::nosuch. (at \"y = torch.nosuch(x)\")");
    assertThatThrownBy(() -> Program.load(TorchArchive.of("class M(Module)\n"), Device.CPU))
        .isInstanceOf(RunException.class);
    assertThatThrownBy(() -> Program.load(new byte[] {1, 2, 3}, Device.CPU))
        .isInstanceOf(RunException.class);
    Path missing = folder.resolve("missing.pt");
    assertThatThrownBy(() -> Program.load(missing, Device.CPU))
        .hasMessage(missing + ": expected a TorchScript archive, found no such file");
    byte[] whole = TorchArchive.of(Scripts.source("", SQUARE));
    Path cut = Files.write(folder.resolve("cut.pt"), List.of());
    Files.write(cut, Arrays.copyOf(whole, whole.length / 2));
    assertThatThrownBy(() -> Program.load(cut, Device.CPU)).isInstanceOf(RunException.class);
  }

  @Test
  void dtypesThatLibtorchLacksAreRefused() {
    assertThatThrownBy(() -> NativeValue.of(counted(DType.F8_E8M0, Shape.of(2)), Device.CPU))
        .isInstanceOf(RunException.class)
        .hasMessage("libtorch has no tensors of F8_E8M0");
  }

  // ---- weights inside the archive

  @Test
  void weightsInsideTheArchiveHaveTheirValues() throws IOException {
    List<DType> dtypes =
        List.of(
            DType.F64,
            DType.F32,
            DType.F16,
            DType.BF16,
            DType.I64,
            DType.I32,
            DType.I16,
            DType.I8,
            DType.U8,
            DType.BOOL);
    List<Attribute> attributes = new ArrayList<>();
    StringBuilder declared = new StringBuilder();
    List<String> methods = new ArrayList<>();
    for (DType dtype : dtypes) {
      String name = dtype.name().toLowerCase(Locale.ROOT);
      attributes.add(attribute(name, counted(dtype, Shape.of(2, 3))));
      declared.append(name).append(" : Tensor\n");
      methods.add("get_" + name + "() -> Tensor:\nreturn self." + name);
    }
    Path file = folder.resolve("weights.pt");
    try (OutputStream out = Files.newOutputStream(file)) {
      TorchArchive.write(
          out, Scripts.source(declared.toString(), methods.toArray(String[]::new)), attributes);
    }
    try (Program program = Program.load(file, Device.CPU)) {
      for (DType dtype : dtypes)
        try (NativeValue value = program.call("get_" + dtype.name().toLowerCase(Locale.ROOT))) {
          assertThat(value.tensor()).isEqualTo(counted(dtype, Shape.of(2, 3)));
        }
    }
  }

  @Test
  void aContentOfTheWrongLengthIsRefused() {
    Attribute wrong = new Attribute("w", DType.F32, Shape.of(2), out -> out.write(new byte[7]));
    assertThatThrownBy(() ->
            TorchArchive.write(
                OutputStream.nullOutputStream(), Scripts.source("w : Tensor"), List.of(wrong)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("attribute w, F32 [2]: expected 8 bytes, its content has 7");
  }

  @Test
  void theSameArchiveHasTheSameBytes() {
    assertThat(TorchArchive.of("text")).isEqualTo(TorchArchive.of("text"));
  }
}
