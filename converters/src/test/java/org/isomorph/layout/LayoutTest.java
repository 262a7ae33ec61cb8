package org.isomorph.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.isomorph.layout.Layout.concat;
import static org.isomorph.layout.Layout.each;
import static org.isomorph.layout.Layout.leaf;
import static org.isomorph.layout.Layout.stack;

import java.util.Map;
import java.util.function.Function;
import org.isomorph.tensor.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LayoutTest {
  private static final Layout<String> A = leaf("a"); // (4, 6)
  private static final Layout<String> B = leaf("b"); // (4, 5)
  private static final Layout<String> BIAS = leaf("bias"); // (4)
  private static final Function<String, Shape> SHAPES =
      Map.of("a", Shape.of(4, 6), "b", Shape.of(4, 5), "bias", Shape.of(4))::get;

  static Arguments[] shapes() {
    return new Arguments[] {
      Arguments.of(A, "a", Shape.of(4, 6)),
      Arguments.of(concat(1, A, B), "concat(1, a, b)", Shape.of(4, 11)),
      Arguments.of(stack(1, A, A), "stack(1, a, a)", Shape.of(4, 2, 6)),
      Arguments.of(A.part(1, 2, 5), "a.part(1, 2, 5)", Shape.of(4, 3)),
      Arguments.of(A.part(1, 2), "a.part(1, 2)", Shape.of(4, 4)),
      Arguments.of(A.part(1, 6), "a.part(1, 6)", Shape.of(4, 0)),
      Arguments.of(A.split(1, 2, -1), "a.split(1, 2, -1)", Shape.of(4, 2, 3)),
      Arguments.of(A.split(0, 2, 2), "a.split(0, 2, 2)", Shape.of(2, 2, 6)),
      Arguments.of(A.merge(0, 1), "a.merge(0, 1)", Shape.of(24)),
      Arguments.of(A.transpose(), "a.transpose()", Shape.of(6, 4)),
      Arguments.of(
          A.split(1, 3, 2).permute(1, 0), "a.split(1, 3, 2).transpose()", Shape.of(3, 4, 2)),
      Arguments.of(
          A.split(1, 3, 2).permute(2, 0, 1),
          "a.split(1, 3, 2).permute(2, 0, 1)",
          Shape.of(2, 4, 3)),
      Arguments.of(A.repeat(0, 3), "a.repeat(0, 3)", Shape.of(12, 6)),
      Arguments.of(A.pad(0, 8), "a.pad(0, 8)", Shape.of(8, 6)),
      Arguments.of(A.broadcast(2, 3), "a.broadcast(2, 3)", Shape.of(4, 6, 3)),
      Arguments.of(
          Packings.byGroup(2, A, A, A),
          "concat(1, a.split(0, 2, -1), a.split(0, 2, -1), a.split(0, 2, -1)).merge(0, 1)",
          Shape.of(12, 6)),
    };
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void aLayoutPrintsAsItIsWrittenAndHasAShape(Layout<String> layout, String printed, Shape shape) {
    assertThat(layout).hasToString(printed);
    assertThat(layout.shape(SHAPES)).isEqualTo(shape);
    assertThat(layout.mapping("t", SHAPES).coverage("t", shape).overlap()).isEmpty();
  }

  static Arguments[] misfits() {
    return new Arguments[] {
      Arguments.of(
          concat(0, A, B),
          "part 1 has shape [4, 5], which does not go on from [4, 6] along axis 0, in concat(0, a, b)"),
      Arguments.of(concat(0, A, BIAS), "part 1 has shape [4], which"),
      Arguments.of(concat(2, A, A), "[4, 6] has no axis 2, in concat(2, a, a)"),
      Arguments.of(
          stack(0, A, B), "part 1 has shape [4, 5], but part 0 has [4, 6], in stack(0, a, b)"),
      Arguments.of(
          A.part(1, 2, 7), "indices 2 to 7 are not within axis 1 of [4, 6], in a.part(1, 2, 7)"),
      Arguments.of(A.split(1, 4, -1), "axis 1 of [4, 6] does not split into [4, -1]"),
      Arguments.of(A.split(1, -1, -1), "axis 1 of [4, 6] does not split into [-1, -1]"),
      Arguments.of(A.split(1, 2, 2), "axis 1 of [4, 6] does not split into [2, 2]"),
      Arguments.of(A.split(1, -2, -3), "negative size -2"),
      Arguments.of(A.merge(1, 2), "[4, 6] has no axes 1 to 2, in a.merge(1, 2)"),
      Arguments.of(A.permute(0, 2), "[0, 2] is no order of the first 2 axes of [4, 6]"),
      Arguments.of(BIAS.transpose(), "[1, 0] is no order of the first 2 axes of [4]"),
      Arguments.of(A.repeat(0, 0), "cannot repeat 0 times"),
      Arguments.of(A.pad(0, 3), "cannot pad axis 0 of [4, 6] to 3, which is less"),
      Arguments.of(A.broadcast(3, 2), "axis 3 cannot be added to [4, 6]"),
      Arguments.of(A.broadcast(0, 0), "a new axis of extent 0"),
    };
  }

  @ParameterizedTest
  @MethodSource("misfits")
  void shapesThatDoNotFitAreRefusedWithTheirNumbers(Layout<String> layout, String message) {
    assertThatThrownBy(() -> layout.shape(SHAPES))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
    assertThatThrownBy(() -> layout.mapping("t", SHAPES)).hasMessageContaining(message);
  }

  @Test
  void aMessageAboutALongExpressionStaysShort() {
    Layout<Long> many = each(0, "i", leaf("w")).bind(Map.of(), _ -> 5000, (_, at) -> at.get("i"));
    assertThatThrownBy(() -> many.shape(i -> Shape.of(i == 4999 ? 2 : 1)))
        .hasMessageStartingWith("part 4999 has shape [2], but part 0 has [1], in stack(0, 0, 1, ")
        .hasMessageEndingWith("...")
        .message()
        .hasSizeLessThan(300);
  }

  @Test
  void anIndexIsBoundByTheNameOrByTheLayout() {
    Layout<String> layout = each(0, "e", leaf("w"));
    assertThat(layout).hasToString("each(0, \"e\", w)");
    assertThat(layout.indices()).containsExactly("e");
    assertThat(layout.parameters()).containsExactly("w");
    Layout<String> bound =
        layout.bind(Map.of("i", 7L), _ -> 2, (name, at) -> at.get("i") + name + at.get("e"));
    assertThat(bound).hasToString("stack(0, 7w0, 7w1)");
    assertThat(bound.indices()).isEmpty();
    assertThat(bound.parameters()).containsExactly("7w0", "7w1");
  }

  @Test
  void bindingKeepsEveryOperator() {
    for (Arguments row : shapes()) {
      @SuppressWarnings("unchecked")
      Layout<String> layout = (Layout<String>) row.get()[0];
      assertThat(layout.<String>bind(Map.of(), _ -> 1, (name, _) -> name)).isEqualTo(layout);
    }
  }

  @Test
  void anIndexThatIsNotBoundOrBoundTwiceOrEmptyIsRefused() {
    Layout<String> layout = each(0, "e", leaf("w"));
    assertThatThrownBy(() -> layout.shape(SHAPES))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("index 'e' is not bound, in each(0, \"e\", w)");
    assertThatThrownBy(() -> layout.bind(Map.of("e", 3L), _ -> 1, (name, _) -> name))
        .hasMessage("index 'e' is already 3, in each(0, \"e\", w)");
    assertThatThrownBy(() -> layout.bind(Map.of(), _ -> 0, (name, _) -> name))
        .hasMessage("index 'e' has 0 values, in each(0, \"e\", w)");
  }

  @Test
  void concatenationsAndStacksHaveParts() {
    assertThatThrownBy(() -> Layout.<String>concat(0)).hasMessage("concat of no tensors");
    assertThatThrownBy(() -> Layout.<String>stack(0)).hasMessage("stack of no tensors");
  }

  @Test
  void emptyTensorsHaveNoBoxes() {
    assertThat(A.part(0, 4).merge(0, 1).pad(0, 3).mapping("t", SHAPES).pieces()).isEmpty();
    assertThat(A.part(0, 4).merge(0, 1).pad(0, 3).padding(SHAPES)).hasSize(1);
  }

  @Test
  void aTensorOfAHugeShapeIsRefusedAndNotWrapped() {
    assertThatThrownBy(() -> A.repeat(0, Long.MAX_VALUE).shape(SHAPES))
        .isInstanceOf(ArithmeticException.class);
    assertThatThrownBy(() -> A.pad(0, Long.MAX_VALUE).shape(SHAPES))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
