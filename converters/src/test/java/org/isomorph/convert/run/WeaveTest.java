package org.isomorph.convert.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.isomorph.convert.Blueprint.Move;
import org.isomorph.convert.Blueprint.Slot;
import org.isomorph.convert.Blueprint.Span;
import org.isomorph.layout.Box;
import org.isomorph.layout.Box.Dim;
import org.isomorph.tensor.DType;
import org.junit.jupiter.api.Test;

/** A matrix of 4 rows of 1000 elements, of which moves fill columns. */
class WeaveTest {
  private static final Slot MATRIX = new Slot(64, DType.BF16);

  @Test
  void columnsThatFillAMatrixAreWoven() {
    Move left = columns(0, 400), right = columns(400, 600);
    assertThat(Weave.among(List.of(right, left)))
        .containsExactly(new Weave(MATRIX, List.of(left, right), 0, 4000));
  }

  @Test
  void aMatrixWithAGapIsNot() {
    assertThat(Weave.among(List.of(columns(0, 400), columns(401, 599)))).isEmpty();
  }

  @Test
  void oneMoveAloneIsNot() {
    assertThat(Weave.among(List.of(columns(0, 1000)))).isEmpty();
  }

  @Test
  void rowsBehindRowsAreNot() {
    Move upper = new Move(source(), MATRIX, Box.run(0, 0, 2000));
    Move lower = new Move(source(), MATRIX, Box.run(0, 2000, 2000));
    assertThat(Weave.among(List.of(upper, lower))).isEmpty();
  }

  @Test
  void transposesAreNot() {
    Move even = new Move(source(), MATRIX, transposed(0));
    Move odd = new Move(source(), MATRIX, transposed(500));
    assertThat(Weave.among(List.of(even, odd))).isEmpty();
  }

  @Test
  void tensorsBehindEachOtherAreWovenEachForItself() {
    Slot behind = new Slot(64 + 8000, DType.BF16);
    List<Move> moves =
        List.of(columns(0, 400), columns(400, 600), in(behind, 0, 500), in(behind, 500, 500));
    assertThat(Weave.among(List.copyOf(moves)))
        .extracting(Weave::target)
        .containsExactly(MATRIX, behind);
  }

  @Test
  void whatIsWovenAtOnceIsWholeRows() {
    Weave weave = Weave.among(List.of(columns(0, 400), columns(400, 600))).getFirst();
    assertThat(weave.step(2 * 2500)).isEqualTo(2000);
    assertThat(weave.step(100)).isEqualTo(50); // no row fits
  }

  private static Move columns(long first, long count) {
    return in(MATRIX, first, count);
  }

  private static Move in(Slot slot, long first, long count) {
    return new Move(
        source(), slot, new Box(0, first, List.of(new Dim(4, count, 1000), new Dim(count, 1, 1))));
  }

  private static Box transposed(long first) {
    return new Box(0, first, List.of(new Dim(4, 1, 1000), new Dim(500, 4, 1)));
  }

  private static Span source() {
    return new Span(Path.of("source"), 0, DType.BF16);
  }
}
