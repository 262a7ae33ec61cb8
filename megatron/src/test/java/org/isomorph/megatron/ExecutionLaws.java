package org.isomorph.megatron;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.isomorph.convert.Checkpoint;
import org.isomorph.convert.run.ProgressListener;
import org.isomorph.dialect.Config;
import org.isomorph.megatron.execution.Execution;
import org.isomorph.megatron.execution.ExecutionComparison;
import org.isomorph.megatron.execution.ExecutionReport;
import org.isomorph.proof.Report.Outcome;
import org.isomorph.runtime.LoadedModel;
import org.isomorph.tensor.DType;

/** Whatever the model and however it is spread: rank by rank it computes what it does whole. */
class ExecutionLaws {
  @Property(tries = 60, shrinking = ShrinkingMode.OFF)
  void rankByRankIsTheWholeModel(
      @ForAll(supplier = Randoms.Any.class) Randoms randoms, @ForAll boolean sequence)
      throws IOException {
    LoadedModel.threads(1);
    Path folder = Files.createTempDirectory("execution-laws");
    try {
      Path ranks = folder.resolve("ranks");
      Checkpoints.initialise(randoms.model(), ranks, randoms.one(), DType.F32, 11);
      Config over = Config.builder().set("sequence_parallel", sequence).build();

      Execution execution = Execution.open(ranks, Optional.empty(), over);
      ExecutionReport report =
          ExecutionComparison.between(
              Checkpoint.open(ranks, Checkpoints.DIALECTS),
              execution,
              Map.of(),
              ProgressListener.NONE);

      assertThat(report.outcome())
          .as("%s: %s, %s", report.verdict(), randoms.model(), randoms.one())
          .isEqualTo(Outcome.SAME);
    } finally {
      Folder.delete(folder);
    }
  }
}
