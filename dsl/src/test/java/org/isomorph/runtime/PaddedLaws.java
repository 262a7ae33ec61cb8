package org.isomorph.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.isomorph.graph.Laws.Law.PADDED_LEFT;
import static org.isomorph.graph.Laws.Law.PADDED_RIGHT;

import java.util.List;
import org.isomorph.graph.Laws;
import org.isomorph.runtime.LawSubjects.Seeded;
import org.isomorph.tensor.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rows of a padded batch give what each gives alone. */
class PaddedLaws {
  static final long[] SEEDS = {1, 6, 8, 9, 10, 15, 16, 17, 19, 23, 27, 28, 33, 34, 41, 42, 111};

  static List<Seeded> subjects() {
    return LawSubjects.of(SEEDS);
  }

  @ParameterizedTest
  @MethodSource("subjects")
  void rowsOfABatchAreSingleRows(Seeded seeded) {
    Subject subject = seeded.subject();
    Laws laws = Laws.of(subject.model());
    assertThat(laws.hold(PADDED_LEFT) && laws.hold(PADDED_RIGHT)).isTrue();
    for (Batch.Side side : Batch.Side.values())
      assertThat(new Ways(subject, DType.F64, 3).padded(side)).as("%s", side).isLessThan(1e-9);
    assertThat(new Ways(subject, DType.F32, 3).padded(Batch.Side.MIXED)).isLessThan(1e-5);
  }

  @Test
  void nothingIsLeftOut() {
    assertThat(LawSubjects.missing(LawSubjects::whole, SEEDS)).isEmpty();
  }
}
