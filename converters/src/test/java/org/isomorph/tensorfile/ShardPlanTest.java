package org.isomorph.tensorfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.isomorph.tensorfile.Crafted.info;

import java.util.ArrayList;
import java.util.List;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.TensorInfo;
import org.junit.jupiter.api.Test;

class ShardPlanTest {
  @Test
  void shardsAreCutWhereTheNextTensorWouldNotFit() {
    ShardPlan plan = ShardPlan.of(bytes(6, 6, 2, 6, 2, 2), 10);
    assertThat(plan.files().keySet())
        .containsExactly(
            "model-00001-of-00003.safetensors",
            "model-00002-of-00003.safetensors",
            "model-00003-of-00003.safetensors");
    assertThat(names(plan)).containsExactly("t0", "t1 t2", "t3 t4 t5");
    assertThat(plan.totalSize()).isEqualTo(24);
  }

  @Test
  void theIndexIsTheOneThatHuggingFaceWrites() {
    ShardPlan plan = ShardPlan.of(List.of(info("b", DType.U8, 1), info("a", DType.U8, 1)), 1);
    assertThat(plan.index().orElseThrow().toJson())
        .isEqualTo(
            """
            {
              "metadata": {
                "total_size": 2
              },
              "weight_map": {
                "a": "model-00002-of-00002.safetensors",
                "b": "model-00001-of-00002.safetensors"
              }
            }
            """);
  }

  @Test
  void aTensorLargerThanTheBoundHasAShardToItself() {
    // As Hugging Face does it, the shard that was being filled goes on behind the large one.
    assertThat(names(ShardPlan.of(bytes(3, 20, 3, 3, 5), 10)))
        .containsExactly("t1", "t0 t2 t3", "t4");
  }

  @Test
  void aSingleShardHasNoNumberAndNoIndex() {
    ShardPlan plan = ShardPlan.of(bytes(6, 4), 10);
    assertThat(plan.files().keySet()).containsExactly("model.safetensors");
    assertThat(plan.index()).isEmpty();
    assertThat(ShardPlan.of(bytes(11), 10).files().keySet()).containsExactly("model.safetensors");
  }

  @Test
  void noTensorsAtAllAreOneEmptyFile() {
    assertThat(ShardPlan.of(List.of(), 10).files().keySet()).containsExactly("model.safetensors");
  }

  @Test
  void sizesNearTheEndOfALongDoNotOverflow() {
    ShardPlan plan = ShardPlan.of(bytes(1L << 59, 1L << 59, 1L << 59), Long.MAX_VALUE);
    assertThat(plan.totalSize()).isEqualTo(3L << 59);
    assertThat(plan.files()).hasSize(1);
  }

  @Test
  void aBoundBelowOneByteIsRefused() {
    assertThatThrownBy(() -> ShardPlan.of(bytes(1), 0)).hasMessageContaining("found a bound of 0");
  }

  @Test
  void aNameInTwoShardsIsRefused() {
    assertThatThrownBy(
            () -> ShardPlan.of(List.of(info("w", DType.U8, 1), info("w", DType.U8, 1)), 1))
        .hasMessageContaining("tensor \"w\": expected each name once");
  }

  private static List<TensorInfo> bytes(long... sizes) {
    List<TensorInfo> tensors = new ArrayList<>();
    for (long size : sizes) tensors.add(info("t" + tensors.size(), DType.U8, size));
    return tensors;
  }

  private static List<String> names(ShardPlan plan) {
    return plan.files().values().stream()
        .map(layout -> String.join(" ", layout.ranges().keySet()))
        .toList();
  }
}
