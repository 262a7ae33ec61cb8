package org.isomorph.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class TensorTest {
  private static final Shape PAIR = Shape.of(2);

  private static Tensor of(DType dtype, Shape shape, int... bytes) {
    byte[] data = new byte[bytes.length];
    for (int i = 0; i < data.length; i++) data[i] = (byte) bytes[i];
    return Tensor.of(dtype, shape, MemorySegment.ofArray(data));
  }

  @Test
  void elementsAreInRowMajorOrder() {
    Tensor tensor = Tensor.ofFloats(Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
    assertThat(tensor.get(0, 2)).isEqualTo(3);
    assertThat(tensor.get(1, 0)).isEqualTo(4);
    assertThat(tensor.data().byteSize()).isEqualTo(24);
  }

  @Test
  void theScalarHasOneElement() {
    assertThat(Tensor.ofDoubles(Shape.of(), 0.1).get()).isEqualTo(0.1);
  }

  @Test
  void numbersOfEveryKindAreRead() {
    assertThat(of(DType.F16, PAIR, 0, 0x3c, 0, 0xc0).floats()).containsExactly(1, -2);
    assertThat(of(DType.BF16, PAIR, 0x80, 0x3f, 0, 0xc0).doubles()).containsExactly(1, -2);
    assertThat(of(DType.I8, PAIR, 1, 0xff).longs()).containsExactly(1, -1);
    assertThat(of(DType.U8, PAIR, 1, 0xff).floats()).containsExactly(1, 255);
    assertThat(of(DType.I16, PAIR, 1, 0, 0xff, 0xff).longs()).containsExactly(1, -1);
    assertThat(of(DType.U16, PAIR, 1, 0, 0xff, 0xff).longs()).containsExactly(1, 65535);
    assertThat(of(DType.I32, Shape.of(1), 0xfe, 0xff, 0xff, 0xff).doubles()).containsExactly(-2);
    assertThat(of(DType.U32, Shape.of(1), 0xfe, 0xff, 0xff, 0xff).longs())
        .containsExactly(0xffff_fffeL);
    assertThat(Tensor.ofBooleans(PAIR, true, false).floats()).containsExactly(1, 0);
    assertThat(Tensor.ofDoubles(PAIR, 2.7, -2.7).longs()).containsExactly(2, -2);
  }

  @Test
  void longIntegersKeepEveryDigit() {
    long odd = (1L << 60) + 1;
    assertThat(Tensor.ofLongs(PAIR, odd, -odd).longs()).containsExactly(odd, -odd);
  }

  @Test
  void dtypesThatAreNoNumbersHereAreRefused() {
    assertThatThrownBy(() -> of(DType.F8_E4M3FNUZ, PAIR, 0, 0).floats())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("elements of F8_E4M3FNUZ are not read as numbers: read data() instead");
  }

  @Test
  void sizesMustFit() {
    assertThatThrownBy(() -> Tensor.ofFloats(PAIR, 1))
        .hasMessage("shape [2] has 2 elements, given 1");
    assertThatThrownBy(() -> of(DType.F32, PAIR, 1, 2, 3))
        .hasMessage("a tensor of F32 [2] takes 8 bytes, given 3");
  }

  @Test
  void anIndexMustBeInside() {
    Tensor tensor = Tensor.ofFloats(Shape.of(1, 2), 1, 2);
    assertThatThrownBy(() -> tensor.get(0, 2))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage("[0, 2] is not an index into shape [1, 2]");
    assertThatThrownBy(() -> tensor.get(0)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void tensorsAreEqualByContent() {
    Tensor tensor = Tensor.ofFloats(PAIR, 1, Float.NaN);
    assertThat(tensor)
        .isEqualTo(Tensor.ofFloats(PAIR, 1, Float.NaN))
        .hasSameHashCodeAs(Tensor.ofFloats(PAIR, 1, Float.NaN))
        .isNotEqualTo(Tensor.ofFloats(Shape.of(1, 2), 1, Float.NaN))
        .isNotEqualTo(Tensor.ofFloats(PAIR, 1, 2));
  }

  @Test
  void dataIsReadOnly() {
    assertThat(Tensor.ofFloats(PAIR, 1, 2).data().isReadOnly()).isTrue();
  }

  @Test
  void aTensorReadsWell() {
    assertThat(Tensor.ofFloats(PAIR, 1, 0.1f)).hasToString("F32 [2]: 1.0, 0.1");
    assertThat(Tensor.ofLongs(Shape.of(7), 1, 2, 3, 4, 5, 6, 7))
        .hasToString("I64 [7]: 1, 2, 3, 4, 5, 6, ...");
    assertThat(Tensor.ofFloats(Shape.of(0))).hasToString("F32 [0]");
  }
}
