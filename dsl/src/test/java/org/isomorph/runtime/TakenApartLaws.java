package org.isomorph.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.isomorph.graph.Node;
import org.isomorph.runtime.LawSubjects.Seeded;
import org.isomorph.tensor.DType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Values that are handed out, handed in, or cross from one program to the next change nothing. */
class TakenApartLaws {
  static List<Seeded> subjects() {
    // They have everything: PaddedLaws sees to it.
    return PaddedLaws.subjects();
  }

  @ParameterizedTest
  @MethodSource("subjects")
  void cutAndJoinedIsTheWhole(Seeded seeded) {
    Subject subject = seeded.subject();
    List<String> results = subject.graph().results().map(Node.Result::name).toList();
    for (DType dtype : dtypes(seeded)) {
      Ways ways = new Ways(subject, dtype, 4 + dtype.bits());
      assertThat(ways.cut(ways.some(results, 2))).isLessThan(limit(dtype));
      assertThat(ways.fed(ways.some(results, 2))).isLessThan(limit(dtype));
    }
  }

  @ParameterizedTest
  @MethodSource("subjects")
  void aTapIsTheValueInside(Seeded seeded) {
    for (DType dtype : dtypes(seeded)) {
      Ways ways = new Ways(seeded.subject(), dtype, 5 + dtype.bits());
      List<String> some = ways.some(seeded.subject().named(), 2);
      assertThat(ways.fed(some)).as("%s fed", some).isLessThan(limit(dtype));
      assertThat(ways.tapped(some)).as("%s tapped", some).isLessThan(limit(dtype));
    }
  }

  @ParameterizedTest
  @MethodSource("subjects")
  void theLastTokenAloneIsTheLastOfAll(Seeded seeded) {
    for (DType dtype : dtypes(seeded))
      for (Batch.Side side : Batch.Side.values())
        assertThat(new Ways(seeded.subject(), dtype, 7).last(side))
            .as("padding %s", side)
            .isLessThan(limit(dtype));
  }

  @ParameterizedTest
  @MethodSource("subjects")
  void layersOnSeveralDevicesAreTheWhole(Seeded seeded) {
    Ways ways = new Ways(seeded.subject(), DType.F32, 6);
    Device[] two = {Device.CPU, Device.CPU}, three = {Device.CPU, Device.CPU, Device.CPU};
    assertThat(ways.placed(seeded.seed() % 2 == 0 ? two : three)).isLessThan(1e-5);
  }

  /** Each dtype at every other subject: a program for each set of values takes its time. */
  private static List<DType> dtypes(Seeded seeded) {
    return List.of(seeded.seed() % 2 == 0 ? DType.F32 : DType.F64);
  }

  private static double limit(DType dtype) {
    return dtype == DType.F64 ? 1e-9 : 1e-5;
  }
}
