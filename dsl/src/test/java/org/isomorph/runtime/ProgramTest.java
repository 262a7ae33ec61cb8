package org.isomorph.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.Tensor;
import org.junit.jupiter.api.Test;

class ProgramTest {
  private static final Tensor SIX = Tensor.ofFloats(Shape.of(2, 3), 1, 2, 3, 4, 5, 6);

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
  void eachKindOfValueCrossesTheBorder() {
    try (Program program =
            Scripts.load(
                """
                forward(t: List[Tensor], i: int, f: float, b: bool, s: str, l: List[int]) -> Tuple[Dict[str, Tensor], List[Tensor], Tensor]:
                d = annotate(Dict[str, Tensor], {})
                d[s] = torch.mul(t[i], f)
                if b:
                  r = [t[0], t[0]]
                else:
                  r = [t[0]]
                return (d, r, torch.tensor(l))\
                """);
        NativeValue x = NativeValue.of(SIX, Device.CPU);
        NativeValue list = NativeValue.listOf(List.of(x));
        NativeValue i = NativeValue.of(0);
        NativeValue f = NativeValue.of(0.5);
        NativeValue b = NativeValue.of(true);
        NativeValue s = NativeValue.of("name");
        NativeValue l = NativeValue.ofLongs(List.of(3L, 1L << 40));
        NativeValue result = program.call("forward", list, i, f, b, s, l)) {
      List<NativeValue> parts = result.elements();
      assertThat(parts.get(0).entries()).containsOnlyKeys("name");
      assertThat(parts.get(0).entries().get("name").tensor().floats())
          .containsExactly(.5f, 1, 1.5f, 2, 2.5f, 3);
      assertThat(parts.get(1).elements()).hasSize(2);
      assertThat(parts.get(1).elements().get(1).tensor()).isEqualTo(SIX);
      assertThat(parts.get(2).tensor()).isEqualTo(Tensor.ofLongs(Shape.of(2), 3, 1L << 40));
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

  @Test
  void anErrorNamesTheReasonAndTheStatement() {
    try (Program program =
            Scripts.load("forward(x: Tensor) -> Tensor:\ny = torch.matmul(x, x)\nreturn y");
        NativeValue x = NativeValue.of(SIX, Device.CPU)) {
      assertThatThrownBy(() -> program.call("forward", x))
          .isInstanceOf(RunException.class)
          .hasMessage("x");
    }
  }

  @Test
  void anErrorNamesTheReasonAndTheStatement2() {
    try (Program program =
            Scripts.load("forward(x: Tensor) -> Tensor:\ny = torch.matmul(x, x)\nreturn y");
        NativeValue x = NativeValue.of(3)) {
      assertThatThrownBy(() -> program.call("forward", x))
          .isInstanceOf(RunException.class)
          .hasMessage("x");
    }
  }

  @Test
  void anErrorNamesTheReasonAndTheStatement3() {
    assertThatThrownBy(
            () -> Scripts.load("forward(x: Tensor) -> Tensor:\ny = torch.nosuch(x, x)\nreturn y"))
        .isInstanceOf(RunException.class)
        .hasMessage("x");
  }

  @Test
  void anErrorNamesTheReasonAndTheStatement4() {
    assertThatThrownBy(() -> Program.load(new byte[] {1, 2, 3}, Device.CPU))
        .isInstanceOf(RunException.class)
        .hasMessage("x");
  }

  @Test
  void anErrorNamesTheReasonAndTheStatement5() {
    try (Program program =
            Scripts.load("forward(x: Tensor) -> Tensor:\ny = torch.matmul(x, x)\nreturn y");
        NativeValue x = NativeValue.of(3)) {
      assertThatThrownBy(() -> program.call("backward", x))
          .isInstanceOf(RunException.class)
          .hasMessage("x");
    }
  }
}
