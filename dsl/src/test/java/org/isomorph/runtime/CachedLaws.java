package org.isomorph.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.isomorph.graph.Laws.Law.CACHED;
import static org.isomorph.graph.Laws.Law.CHUNKED;

import java.util.List;
import org.isomorph.graph.Laws;
import org.isomorph.runtime.LawSubjects.Seeded;
import org.isomorph.tensor.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A sequence in pieces gives what it gives whole, padded rows too. */
class CachedLaws {
  private static final long[] CACHED_SEEDS = {
    6, 51, 58, 84, 95, 100, 102, 116, 119, 131, 141, 147, 193, 202, 264, 445, 700
  };
  private static final long[] CHUNKED_SEEDS = {
    95, 143, 206, 246, 317, 330, 362, 393, 489, 575, 623, 637, 765, 1308, 3331
  };

  static List<Seeded> cached() {
    return LawSubjects.of(CACHED_SEEDS);
  }

  static List<Seeded> chunked() {
    return LawSubjects.of(CHUNKED_SEEDS);
  }

  @ParameterizedTest
  @MethodSource("cached")
  void aPromptAndThenTokenByTokenIsTheWhole(Seeded seeded) {
    Subject subject = seeded.subject();
    assertThat(Laws.of(subject.model()).hold(CACHED)).isTrue();
    Batch.Side side = Batch.Side.of(seeded.seed());
    assertThat(new Ways(subject, DType.F64, 1).cached(side)).isLessThan(1e-9);
    assertThat(new Ways(subject, DType.F32, 1).cached(side)).isLessThan(1e-5);
  }

  @ParameterizedTest
  @MethodSource("chunked")
  void aPromptInPiecesIsTheWhole(Seeded seeded) {
    Subject subject = seeded.subject();
    assertThat(Laws.of(subject.model()).hold(CHUNKED)).isTrue();
    Batch.Side side = Batch.Side.of(seeded.seed() + 1);
    Device[] two = {Device.CPU, Device.CPU};
    assertThat(new Ways(subject, DType.F64, 2).chunked(side, two)).isLessThan(1e-9);
    assertThat(new Ways(subject, DType.F32, 2).chunked(side)).isLessThan(1e-5);
  }

  @Test
  void nothingIsLeftOut() {
    assertThat(LawSubjects.missing(LawSubjects::growing, CACHED_SEEDS))
        .containsExactlyInAnyOrder(
            "Head.Mlm",
            "Mask.Plain.BIDIRECTIONAL",
            "Patches",
            "RopeScaling.DynamicNtk",
            "RopeScaling.LongRope",
            "Router.Switch");
    assertThat(LawSubjects.missing(LawSubjects::growing, CHUNKED_SEEDS))
        .containsExactlyInAnyOrder(
            "Head.Mlm",
            "Mask.Plain.BIDIRECTIONAL",
            "Patches",
            "RopeScaling.DynamicNtk",
            "RopeScaling.LongRope",
            "Router.Switch",
            "Mask.Extent.Before",
            "Mask.Extent.Given.GIVEN",
            "Mask.Extent.Through",
            "Mask.Prefix");
  }
}
