package org.isomorph.megatron.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.isomorph.convert.run.ProgressListener;
import org.isomorph.dialect.Config;
import org.isomorph.megatron.RankFile;
import org.isomorph.proof.Report.Outcome;
import org.isomorph.tensorfile.StoredTensor;
import org.isomorph.tensorfile.TorchFile;
import org.isomorph.tensorfile.pickle.PickleValue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mistakes that a converter may make in both directions: executing what it wrote shows them. */
class FaultyRanksTest {
  private static final Golden GOLDEN = new Golden("llama_kv4_v128", "torch_local_tp2_pp2");
  private static final String QKV = "decoder.layers.1.self_attention.linear_qkv.weight";
  private static final String FC1 = "decoder.layers.0.mlp.linear_fc1.weight";
  private static final String TABLE = "embedding.word_embeddings.weight";

  @TempDir Path temp;
  private Path copy = Path.of("");

  @BeforeEach
  void copy() throws IOException {
    copy = temp.resolve("copy");
    try (Stream<Path> files = Files.walk(GOLDEN.directory())) {
      for (Path file : files.toList())
        Files.copy(file, copy.resolve(GOLDEN.directory().relativize(file).toString()));
    }
  }

  private StoredTensor find(String rank, String tensor) throws IOException {
    Path file = copy.resolve("iter_0000001").resolve(rank).resolve("model_optim_rng.pt");
    TorchFile torch = TorchFile.read(file);
    Map<String, PickleValue> tensors = new RankFile(rank, List.of(), torch).chunks().getFirst();
    return torch.tensor(tensor, Optional.ofNullable(tensors.get(tensor)).orElseThrow()).storage();
  }

  /** Exchanges parts of equal length; from and to are parts of the whole. */
  private static void exchange(StoredTensor one, StoredTensor other, int from, int to, int parts)
      throws IOException {
    int length = Math.toIntExact(one.bytes() / parts);
    long first = one.begin() + (long) from * length, second = other.begin() + (long) to * length;
    byte[] a = new byte[length], b = new byte[length];
    try (RandomAccessFile left = new RandomAccessFile(one.file().toFile(), "rw");
        RandomAccessFile right = new RandomAccessFile(other.file().toFile(), "rw")) {
      left.seek(first);
      left.readFully(a);
      right.seek(second);
      right.readFully(b);
      left.seek(first);
      left.write(b);
      right.seek(second);
      right.write(a);
    }
  }

  private ExecutionReport execute() throws IOException {
    return ExecutionComparison.between(
        GOLDEN.original(),
        Execution.open(copy, Optional.empty(), Golden.AS_IT_IS),
        Map.of(),
        ProgressListener.NONE);
  }

  private void assertParts(int layer) throws IOException {
    ExecutionReport report = execute();
    assertThat(report.outcome()).isEqualTo(Outcome.EVERYWHERE);
    assertThat(report.parting()).hasValue(layer);
    assertThat(report.verdict())
        .contains("layer " + layer + " is the first behind which they part");
  }

  @Test
  void theCopyIsTheSame() throws IOException {
    assertThat(execute().outcome()).isEqualTo(Outcome.SAME);
  }

  @Test
  void gateAndUpInEachOthersPlace() throws IOException {
    StoredTensor fc1 = find("mp_rank_01_001", FC1);
    exchange(fc1, fc1, 0, 1, 2);
    assertParts(2);
  }

  /**
   * As if the whole matrix were cut by rows: one rank has gates alone, the other what they gate.
   */
  @Test
  void gateAndUpCutByRows() throws IOException {
    exchange(find("mp_rank_00_000", FC1), find("mp_rank_01_000", FC1), 1, 0, 2);
    assertParts(0);
  }

  /** A rank has two groups of two queries, a key and a value: eight rows each. */
  @Test
  void queryGroupsInTheWrongOrder() throws IOException {
    StoredTensor qkv = find("mp_rank_00_000", QKV);
    exchange(qkv, qkv, 0, 1, 2);
    assertParts(1);
  }

  /** All queries, then all keys, then all values. */
  @Test
  void queriesKeysAndValuesNotByGroup() throws IOException {
    StoredTensor qkv = find("mp_rank_00_001", QKV);
    exchange(qkv, qkv, 2, 4, 8);
    exchange(qkv, qkv, 3, 5, 8);
    exchange(qkv, qkv, 5, 6, 8);
    assertParts(3);
  }

  @Test
  void ranksInTheWrongOrder() throws IOException {
    exchange(find("mp_rank_00_000", TABLE), find("mp_rank_01_000", TABLE), 0, 0, 1);
    assertParts(0);
  }

  @Test
  void layersOnTheWrongStage() throws IOException {
    for (String rank : List.of("mp_rank_00_", "mp_rank_01_"))
      for (String part : List.of("self_attention.linear_qkv", "mlp.linear_fc1"))
        exchange(
            find(rank + "000", "decoder.layers.1." + part + ".weight"),
            find(rank + "001", "decoder.layers.0." + part + ".weight"),
            0,
            0,
            1);
    assertParts(1);
  }

  @Test
  void stagesOtherThanTheArgumentsSay() {
    Config over =
        Config.builder()
            .set("decoder_first_pipeline_num_layers", 1)
            .set("decoder_last_pipeline_num_layers", 3)
            .build();
    assertThatThrownBy(() -> GOLDEN.open(over).run(GOLDEN.sequences(), (_, _) -> {}))
        .hasMessageContaining("decoder.layers.1.")
        .hasMessageContaining("expected no such tensor in stage 0");
  }

  @Test
  void aBiasThatModulesHaveMustBeThere() {
    Config over = Config.builder().set("add_qkv_bias", true).build();
    assertThatThrownBy(() -> GOLDEN.open(over).run(GOLDEN.sequences(), (_, _) -> {}))
        .hasMessageContaining("linear_qkv.bias")
        .hasMessageContaining("expected it in stage 0: [64]");
  }

  @Test
  void aBiasThatNoModuleHasIsRefused() {
    Golden golden = new Golden("qwen2_kv2_v131", "torch_local_tp2_pp2");
    Config over = Config.builder().set("add_qkv_bias", false).build();
    assertThatThrownBy(() -> golden.open(over).run(golden.sequences(), (_, _) -> {}))
        .hasMessageContaining("linear_qkv.bias")
        .hasMessageContaining("expected no such tensor");
  }

  @Test
  void anotherRotationIsAnotherFunction() throws IOException {
    Config over = Config.builder().set("rotary_interleaved", true).build();
    assertThat(GOLDEN.deviation(GOLDEN.open(over).run(GOLDEN.sequences(), (_, _) -> {})))
        .isGreaterThan(1e-2);
  }
}
