package org.isomorph.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.isomorph.graph.Laws.Law.CACHED;
import static org.isomorph.graph.Laws.Law.CHUNKED;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.isomorph.graph.Laws;
import org.isomorph.runtime.LawSubjects.Seeded;
import org.isomorph.tensor.DType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A sequence in pieces gives what it gives whole, padded rows too. */
class CachedLaws {
  /** What is not read token by token, or is not the same when it is. */
  private static final Set<String> NEVER_CACHED =
      Set.of(
          "Head.Mlm",
          "Mask.Plain.BIDIRECTIONAL",
          "Patches",
          "RopeScaling.DynamicNtk",
          "RopeScaling.LongRope",
          "Router.Switch");

  private static final Set<String> PREFIXES =
      Set.of("Mask.Extent.Before", "Mask.Extent.Given.GIVEN", "Mask.Extent.Through", "Mask.Prefix");

  static List<Seeded> cached() {
    return LawSubjects.covering(
        model -> Laws.of(model).hold(CACHED), LawSubjects::growing, NEVER_CACHED);
  }

  static List<Seeded> chunked() {
    Set<String> never = new HashSet<>(NEVER_CACHED);
    never.addAll(PREFIXES);
    return LawSubjects.covering(model -> Laws.of(model).hold(CHUNKED), LawSubjects::growing, never);
  }

  @ParameterizedTest
  @MethodSource("cached")
  void aPromptAndThenTokenByTokenIsTheWhole(Seeded seeded) {
    Subject subject = seeded.subject();
    Batch.Side side = Batch.Side.of(seeded.seed());
    assertThat(new Ways(subject, DType.F64, 1).cached(side)).isLessThan(1e-9);
    assertThat(new Ways(subject, DType.F32, 1).cached(side)).isLessThan(1e-5);
  }

  @ParameterizedTest
  @MethodSource("chunked")
  void aPromptInPiecesIsTheWhole(Seeded seeded) {
    Subject subject = seeded.subject();
    Batch.Side side = Batch.Side.of(seeded.seed() + 1);
    Device[] two = {Device.CPU, Device.CPU};
    assertThat(new Ways(subject, DType.F64, 2).chunked(side, two)).isLessThan(1e-9);
    assertThat(new Ways(subject, DType.F32, 2).chunked(side)).isLessThan(1e-5);
  }
}
