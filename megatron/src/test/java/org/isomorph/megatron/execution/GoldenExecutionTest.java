package org.isomorph.megatron.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.isomorph.convert.run.ProgressListener;
import org.isomorph.dialect.Config;
import org.isomorph.proof.Report.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What Megatron wrote, executed: the logits are those of transformers. */
class GoldenExecutionTest {
  private static final Execution.Listener NOBODY = (_, _) -> {};

  @ParameterizedTest
  @MethodSource("org.isomorph.megatron.execution.Golden#all")
  void computesTheExpectedLogits(Golden golden) throws IOException {
    Execution execution = golden.open(Golden.AS_IT_IS);
    assertThat(golden.deviation(execution.run(golden.sequences(), NOBODY))).isLessThan(1e-5);
  }

  @ParameterizedTest
  @MethodSource("org.isomorph.megatron.execution.Golden#all")
  void tokensMayBeSharedBetweenMatrices(Golden golden) throws IOException {
    Config over = Config.builder().set("sequence_parallel", true).build();
    Execution execution = golden.open(over);
    assertThat(golden.deviation(execution.run(golden.sequences(), NOBODY))).isLessThan(1e-5);
  }

  /** Eight heads in four groups, or two, and four experts. */
  @ParameterizedTest
  @CsvSource({
    "llama_kv4_v128, torch_dist_tp2_pp2, 8, 1, 1, 1",
    "llama_kv4_v131_tied, torch_dist_tp2_pp2, 1, 4, 1, 1",
    "llama_kv4_v131_tied, torch_dist_tp2_pp2, 4, 2, 1, 1",
    "qwen3moe_kv2_v132, bridge_torch_dist_tp1_pp2_ep2, 4, 1, 2, 1",
    "qwen3moe_kv2_v132, bridge_torch_dist_tp1_pp2_ep2, 2, 2, 4, 2",
    "qwen3moe_kv2_v132, bridge_torch_dist_tp1_pp2_ep2, 1, 1, 2, 4",
  })
  void anyLayoutLoadsADistributedCheckpoint(
      String model, String name, long tensor, long stages, long expert, long within)
      throws IOException {
    Golden golden = new Golden(model, name);
    Config over =
        Config.builder()
            .set("tensor_model_parallel_size", tensor)
            .set("pipeline_model_parallel_size", stages)
            .set("expert_model_parallel_size", expert)
            .set("expert_tensor_parallel_size", within)
            .build();
    Execution execution = golden.open(over);
    assertThat(golden.deviation(execution.run(golden.sequences(), NOBODY))).isLessThan(1e-5);
  }

  @Test
  void theSourceIsTheSame() throws IOException {
    Golden golden = new Golden("qwen2_kv2_v131", "torch_local_tp2_pp2");
    ExecutionReport report =
        ExecutionComparison.between(
            golden.original(), golden.open(Golden.AS_IT_IS), Map.of(), ProgressListener.NONE);
    assertThat(report.outcome()).isEqualTo(Outcome.SAME);
    assertThat(report.layers()).hasSize(4);
    assertThat(report.verdict()).startsWith("same as Megatron computes, 4 ranks (TP 2, PP 2): ");
  }

  @Test
  void modelsOfOtherSizesAreNotComparable() throws IOException {
    ExecutionReport report =
        ExecutionComparison.between(
            new Golden("llama_kv4_v131_tied", "").original(),
            new Golden("llama_kv4_v128", "torch_local_tp2_pp2").open(Golden.AS_IT_IS),
            Map.of(),
            ProgressListener.NONE);
    assertThat(report.outcome()).isEqualTo(Outcome.NOT_COMPARABLE);
    assertThat(report.verdict())
        .isEqualTo("not comparable: vocabulary: 131 in the first, 128 in the second");
  }

  @Test
  void filesWithoutArgumentsNeedADescription() {
    Golden golden = new Golden("qwen3moe_kv2_v132", "bridge_torch_tp1_pp2_ep2");
    assertThatThrownBy(() -> Execution.open(golden.directory(), Optional.empty(), Golden.AS_IT_IS))
        .hasMessageContaining("the files have no arguments");
  }
}
