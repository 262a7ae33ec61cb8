package org.isomorph.architectures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.isomorph.architectures.Goldens.DIALECTS;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.isomorph.convert.Checkpoint;
import org.isomorph.convert.ConversionRequest;
import org.isomorph.convert.Planner;
import org.isomorph.convert.run.Executor;
import org.isomorph.convert.run.Options;
import org.isomorph.convert.run.ProgressListener;
import org.isomorph.dialect.Dialect;
import org.isomorph.proof.Comparison;
import org.isomorph.proof.Report;
import org.isomorph.tensor.DType;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What is converted or cast as it should be is never taken for a mistake. */
class CleanComparisonsTest {
  @TempDir Path folder;

  static Stream<String> every() {
    return Goldens.NAMES.stream();
  }

  private static void cast(Path source, Path destination, DType dtype) throws IOException {
    Dialect own = Goldens.open(source).dialect();
    ConversionRequest request = ConversionRequest.to(own).dtype(dtype);
    Executor.run(
        Planner.plan(source, request, DIALECTS).blueprint(),
        destination,
        Options.withThreads(2),
        ProgressListener.NONE);
  }

  private static Report compared(Path one, Path other) throws IOException {
    Checkpoint reference = Goldens.open(one), candidate = Goldens.open(other);
    return Comparison.between(reference, candidate, Map.of(), ProgressListener.NONE);
  }

  private static void assertSame(Report report) {
    assertThat(report.fault()).isEmpty();
    assertThat(report.outcome()).isEqualTo(Report.Outcome.SAME);
  }

  @ParameterizedTest
  @MethodSource("every")
  void aCastIsTheSameUpToRounding(String golden) throws IOException {
    Path source = Goldens.directory(golden), rounded = folder.resolve("rounded");
    cast(source, rounded, Goldens.NAMES.indexOf(golden) % 2 == 0 ? DType.BF16 : DType.F16);
    Report report = compared(source, rounded);
    assertSame(report);
    // The inputs are compared too, and rounding shows in them: the comparison sees something.
    assertThat(report.places().getFirst().local().greatest()).isBetween(1e-5, 1e-1);
    assertSame(compared(rounded, source));
  }

  @ParameterizedTest
  @CsvSource({
    "llama, phi3",
    "llama, glm",
    "llama, qwen1",
    "baichuan2_7b, llama",
    "chatglm3_6b, qwen1",
    "qwen2, gemma",
    "t5, switch",
    "phi3, baichuan",
    "qwen2, qwen2-moe"
  })
  void aConversionIsTheSameInAnyDType(String golden, String family) throws IOException {
    for (DType dtype : List.of(DType.F32, DType.BF16, DType.F16)) {
      Path source = folder.resolve(dtype + "-source"), result = folder.resolve(dtype + "-result");
      cast(Goldens.directory(golden), source, dtype);
      Conversions.convert(source, result, family);
      assertSame(compared(source, result));
    }
  }
}
