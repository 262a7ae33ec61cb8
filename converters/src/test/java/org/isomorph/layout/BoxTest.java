package org.isomorph.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.isomorph.layout.Box.Dim;
import org.isomorph.tensor.Shape;
import org.junit.jupiter.api.Test;

class BoxTest {

  @Test
  void dimsThatStepOnAsOneAreMadeOne() {
    assertThat(new Box(5, 0, List.of(new Dim(4, 10, 10), new Dim(1, 7, 3), new Dim(10, 1, 1))))
        .isEqualTo(Box.run(5, 0, 40))
        .hasToString("5 -> 0 (40: 1 -> 1)");
  }

  @Test
  void aTransposeReadsAsTwoStridesPerDim() {
    Box transpose = Box.over(Shape.of(3, 2), 0, new long[] {2, 1}, 0, new long[] {1, 3});
    assertThat(transpose).hasToString("0 -> 0 (2: 1 -> 3) (3: 2 -> 1)");
    assertThat(transpose.contiguousRun()).isEqualTo(1);
    assertThat(transpose.elements()).isEqualTo(6);
    assertThat(transpose.inverse()).hasToString("0 -> 0 (3: 1 -> 2) (2: 3 -> 1)");
  }

  @Test
  void aRunEndsWhereOneSideJumps() {
    assertThat(Box.window(Shape.of(4, 10), new long[] {1, 5}, Shape.of(2, 5)))
        .hasToString("0 -> 15 (2: 5 -> 10) (5: 1 -> 1)")
        .returns(5L, Box::contiguousRun)
        .returns(9L, Box::lastFrom)
        .returns(29L, Box::lastTo);
    assertThat(Box.run(7, 3, 1).contiguousRun()).isEqualTo(1);
  }

  @Test
  void aBoxMayBeShifted() {
    assertThat(Box.run(1, 2, 3).shifted(10, 20)).isEqualTo(Box.run(11, 22, 3));
  }

  @Test
  void aRepeatHasNoInverse() {
    Box repeat = new Box(0, 0, List.of(new Dim(2, 0, 3), new Dim(3, 1, 1)));
    assertThat(repeat.repeats()).isTrue();
    assertThatThrownBy(repeat::inverse)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "box 0 -> 0 (2: 0 -> 3) (3: 1 -> 1) feeds an element to several places, so it has no"
                + " inverse");
  }

  @Test
  void whatIsNoBoxIsRefusedWithItsNumbers() {
    assertThatThrownBy(() -> new Dim(2, 1, 0))
        .hasMessage(
            "a box cannot have a dim of extent 2 that steps 1 in the source and 0 in the target");
    assertThatThrownBy(() -> new Dim(0, 1, 1)).hasMessageContaining("extent 0");
    assertThatThrownBy(() -> Box.run(-1, 0, 4)).hasMessage("negative offset in box: -1 -> 0");
    assertThatThrownBy(() -> new Box(0, 0, List.of(new Dim(2, 8, 2), new Dim(3, 1, 1))))
        .hasMessage("strides of a box do not nest: [(2: 8 -> 2), (3: 1 -> 1)]");
    assertThatThrownBy(() -> new Box(0, 0, List.of(new Dim(2, 2, 8), new Dim(3, 1, 1))))
        .hasMessageContaining("do not nest");
    assertThatThrownBy(() -> Box.window(Shape.of(4, 4), new long[] {2, 0}, Shape.of(3, 4)))
        .hasMessage("window [3, 4] at [2, 0] does not lie within [4, 4]");
  }

  @Test
  void elementIndicesThatDoNotFitALongAreRefused() {
    assertThatThrownBy(() -> new Box(0, 0, List.of(new Dim(1L << 40, 1, 1L << 40))))
        .isInstanceOf(ArithmeticException.class);
    assertThatThrownBy(() -> Box.run(Long.MAX_VALUE - 1, 0, 3))
        .isInstanceOf(ArithmeticException.class);
  }
}
