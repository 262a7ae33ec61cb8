package org.isomorph.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ShapeTest {
  @Test
  void aScalarHasOneElement() {
    assertThat(Shape.of().elements()).isEqualTo(1);
    assertThat(Shape.of()).hasToString("[]");
  }

  @Test
  void stridesAreRowMajor() {
    assertThat(Shape.of(2, 3, 4).strides()).containsExactly(12, 4, 1);
  }

  @Test
  void anExtentOfZeroMakesItEmptyHoweverLargeTheOthers() {
    assertThat(Shape.of(Long.MAX_VALUE, 0, Long.MAX_VALUE).elements()).isZero();
  }

  @Test
  void moreElementsThanALongCountsAreRefused() {
    assertThatThrownBy(() -> Shape.of(1L << 32, 1L << 32))
        .hasMessageContaining("[4294967296, 4294967296]");
  }

  @Test
  void negativeExtentsAreRefused() {
    assertThatThrownBy(() -> Shape.of(2, -1)).hasMessageContaining("negative");
  }

  @Test
  void elementsNarrowerThanAByteMustFillWholeBytes() {
    assertThat(DType.F4.bytes(6)).isEqualTo(3);
    assertThatThrownBy(() -> DType.F4.bytes(5)).isInstanceOf(ArithmeticException.class);
    assertThatThrownBy(DType.F6_E2M3::width).isInstanceOf(IllegalStateException.class);
  }
}
