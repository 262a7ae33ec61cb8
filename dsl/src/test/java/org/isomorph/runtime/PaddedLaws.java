package org.isomorph.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.isomorph.graph.Laws.Law.PADDED_LEFT;
import static org.isomorph.graph.Laws.Law.PADDED_RIGHT;

import java.util.List;
import java.util.Set;
import org.isomorph.graph.Laws;
import org.isomorph.runtime.LawSubjects.Seeded;
import org.isomorph.spec.Model;
import org.isomorph.tensor.DType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rows of a padded batch give what each gives alone. */
class PaddedLaws {
  /** Found once: other laws are tried on them too. */
  private static final List<Seeded> SUBJECTS =
      LawSubjects.covering(PaddedLaws::isPadded, LawSubjects::whole, Set.of());

  private static boolean isPadded(Model model) {
    Laws laws = Laws.of(model);
    return laws.hold(PADDED_LEFT) && laws.hold(PADDED_RIGHT);
  }

  static List<Seeded> subjects() {
    return SUBJECTS;
  }

  @ParameterizedTest
  @MethodSource("subjects")
  void rowsOfABatchAreSingleRows(Seeded seeded) {
    Subject subject = seeded.subject();
    for (Batch.Side side : Batch.Side.values())
      assertThat(new Ways(subject, DType.F64, 3).padded(side))
          .as("%s of %s", side, subject.model())
          .isLessThan(1e-9);
    assertThat(new Ways(subject, DType.F32, 3).padded(Batch.Side.MIXED)).isLessThan(1e-5);
  }
}
