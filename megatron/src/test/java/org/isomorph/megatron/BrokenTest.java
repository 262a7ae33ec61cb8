package org.isomorph.megatron;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.isomorph.convert.Checkpoint;
import org.isomorph.convert.Plan;
import org.isomorph.convert.PlanText;
import org.isomorph.tensor.DType;
import org.isomorph.tensorfile.TorchFile;
import org.isomorph.tensorfile.TorchValue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A checkpoint that is not whole, or not of one piece, is refused; nothing is written. */
class BrokenTest {
  private static final String LLAMA = "llama_kv4_v128", TIED = "llama_kv4_v131_tied";
  private static final String QWEN3 = "qwen3moe_kv2_v132", FILE = "model_optim_rng.pt";
  private static final String MATRIX = "decoder.layers.1.mlp.linear_fc2.weight";

  @TempDir Path folder;
  private Path broken = Path.of("");

  @BeforeEach
  void folders() {
    broken = folder.resolve("broken");
  }

  private Path copy(String directory) throws IOException {
    Folder.copy(Checkpoints.resource(directory), broken);
    return broken.resolve("iter_0000001");
  }

  private void assertRefused(String... parts) {
    assertRefused(Optional.empty(), parts);
  }

  private void assertRefused(Optional<Path> configuration, String... parts) {
    Path there = folder.resolve("there");
    assertThatThrownBy(() ->
            Checkpoints.convert(
                broken, there, Checkpoints.with(Checkpoints.to("llama"), configuration)))
        .isInstanceOf(RuntimeException.class)
        .isNotInstanceOfAny(
            NullPointerException.class,
            IllegalStateException.class,
            ClassCastException.class,
            IndexOutOfBoundsException.class,
            ArithmeticException.class)
        .hasMessageContainingAll(parts);
    assertThat(there).doesNotExist();
    assertThat(folder.resolve("there.partial")).doesNotExist();
  }

  private static void delete(Path directory) throws IOException {
    for (Path file : Folder.files(directory)) Files.delete(file);
    Files.delete(directory);
  }

  // ---- missing

  @ParameterizedTest
  @ValueSource(strings = {"mp_rank_00_000", "mp_rank_00_001", "mp_rank_01_000", "mp_rank_01_001"})
  void aRanksDirectoryIsMissing(String rank) throws IOException {
    delete(copy(LLAMA + "/torch_local_tp2_pp2").resolve(rank));
    assertRefused("missing", rank);
  }

  @ParameterizedTest
  @ValueSource(strings = {"mp_rank_00_000", "mp_rank_01_001"})
  void aRanksFileIsMissing(String rank) throws IOException {
    Files.delete(copy(LLAMA + "/torch_local_tp2_pp2").resolve(rank + "/" + FILE));
    assertRefused(rank, FILE, "found none");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mp_rank_00_000_000",
        "mp_rank_00_000_001",
        "mp_rank_00_001_000",
        "mp_rank_00_001_001"
      })
  void aRankOfExpertsIsMissingWhereNoArgumentsSayHowManyThereAre(String rank) throws IOException {
    delete(copy(QWEN3 + "/bridge_torch_tp1_pp2_ep2").resolve(rank));
    assertRefused(configuration(QWEN3), rank, "missing");
  }

  @ParameterizedTest
  @ValueSource(strings = {"_000", "_001"})
  void aWholeAxisOfRanksIsMissing(String ending) throws IOException {
    Path weights = copy(QWEN3 + "/bridge_torch_tp1_pp2_ep2");
    for (Path rank : MegatronDirectory.rankDirectories(weights))
      if (rank.toString().endsWith(ending)) delete(rank);
    // Without the second half of experts, or the first, the files look like one expert rank.
    assertRefused(configuration(QWEN3), "");
  }

  @ParameterizedTest
  @ValueSource(strings = {"mp_rank_00", "mp_rank_01"})
  void allTensorRanksOfOneHalfAreMissingWithoutArguments(String rank) throws IOException {
    Path weights = copy(LLAMA + "/torch_local_tp2_pp2");
    for (Path each : MegatronDirectory.rankDirectories(weights)) {
      rewrite(each.resolve(FILE), top -> top.remove("args"));
      if (each.getFileName().toString().startsWith(rank)) delete(each);
    }
    assertRefused(configuration(LLAMA), "");
  }

  @ParameterizedTest
  @ValueSource(strings = {"__0_0.distcp", "__3_0.distcp"})
  void aFileOfADistributedCheckpointIsMissing(String file) throws IOException {
    Files.delete(copy(LLAMA + "/torch_dist_tp2_pp2").resolve(file));
    assertRefused(file);
  }

  @Test
  void whatTheTrackerNamesIsMissing() throws IOException {
    copy(LLAMA + "/torch_local_tp1_pp1");
    Files.writeString(broken.resolve("latest_checkpointed_iteration.txt"), "2000");
    assertRefused("latest_checkpointed_iteration.txt", "iter_0002000", "none there");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../../etc",
        "iter_0000001",
        "-1",
        "1e3",
        "",
        "99999999999999999999",
        "release/.."
      })
  void aTrackerThatIsNoNumberIsNotFollowed(String said) throws IOException {
    copy(LLAMA + "/torch_local_tp1_pp1");
    Files.writeString(broken.resolve("latest_checkpointed_iteration.txt"), said);
    assertRefused("latest_checkpointed_iteration.txt", "expected the number of an iteration");
  }

  @Test
  void aShardIsCutShort() throws IOException {
    halve(copy(LLAMA + "/torch_local_tp2_pp2").resolve("mp_rank_01_001/" + FILE));
    assertRefused("mp_rank_01_001", FILE);
  }

  @Test
  void aFileOfADistributedCheckpointIsCutShort() throws IOException {
    halve(copy(LLAMA + "/torch_dist_tp2_pp2").resolve("__2_0.distcp"));
    assertRefused("__2_0.distcp");
  }

  private static void halve(Path file) throws IOException {
    byte[] all = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(all, all.length / 2));
  }

  // ---- of two checkpoints

  @Test
  void ranksOfTwoIterationsAreMixed() throws IOException {
    Path weights = copy(LLAMA + "/torch_local_tp2_pp2");
    rewrite(
        weights.resolve("mp_rank_01_000/" + FILE),
        top -> top.put("iteration", new TorchValue.Int(2)));
    assertRefused("expected iteration 1", "mp_rank_00_000", "found 2");
  }

  @Test
  void theTrackerSaysAnotherIterationThanTheFiles() throws IOException {
    Path weights = copy(LLAMA + "/torch_local_tp2_pp2");
    Files.move(weights, broken.resolve("iter_0000005"));
    Files.writeString(broken.resolve("latest_checkpointed_iteration.txt"), "5");
    assertRefused("expected iteration 5", "found 1");
  }

  @Test
  void ranksOfTwoLayoutsAreMixed() throws IOException {
    Path weights = copy(LLAMA + "/torch_local_tp2_pp2");
    Folder.copy(
        Checkpoints.resource(LLAMA + "/torch_local_tp1_pp1/iter_0000001/mp_rank_00"),
        weights.resolve("mp_rank_00"));
    assertRefused("two layouts", "mp_rank_00");
  }

  @Test
  void aRankMoreThanTheArgumentsSay() throws IOException {
    Path weights = copy(LLAMA + "/torch_local_tp2_pp2");
    Folder.copy(weights.resolve("mp_rank_00_000"), weights.resolve("mp_rank_02_000"));
    assertRefused("mp_rank_02_000");
  }

  @Test
  void oneRanksDTypeIsAnother() throws IOException {
    edit(
        copy(LLAMA + "/torch_local_tp2_pp2").resolve("mp_rank_01_000/" + FILE),
        MATRIX,
        content -> {
          byte[] half = new byte[content.bytes().capacity() / 2];
          return new Content(DType.BF16, content.shape(), ByteBuffer.wrap(half));
        });
    assertRefused(MATRIX, "expected F32", "found BF16");
  }

  @Test
  void oneRanksShapeIsAnother() throws IOException {
    edit(
        copy(LLAMA + "/torch_local_tp2_pp2").resolve("mp_rank_01_000/" + FILE),
        MATRIX,
        content -> content.rows(7));
    assertRefused(MATRIX, "found [7, 88]");
  }

  @Test
  void aTensorOfOneRankIsMissing() throws IOException {
    Path weights = copy(LLAMA + "/torch_local_tp2_pp2");
    Path file = weights.resolve("mp_rank_01_000/" + FILE);
    Map<String, Content> tensors = Folder.tensors(file, "model");
    tensors.remove(MATRIX);
    rewrite(file, tensors, _ -> {});
    assertRefused(MATRIX, "mp_rank_01_000");
  }

  @Test
  void aNormThatRanksHoldTwiceDiffers() throws IOException {
    Path weights = copy(LLAMA + "/torch_local_tp2_pp2");
    edit(
        weights.resolve("mp_rank_01_000/" + FILE),
        "decoder.layers.0.input_layernorm.weight",
        content -> changed(content, 0));
    assertRefused("input_layernorm.weight");
  }

  @Test
  void aTiedHeadDiffersFromTheTable() throws IOException {
    Path weights = copy(TIED + "/torch_local_tp2_pp2");
    edit(
        weights.resolve("mp_rank_00_001/" + FILE),
        "output_layer.weight",
        content -> changed(content, 0));
    assertRefused("embedding.word_embeddings.weight");
  }

  @Test
  void paddingOfATiedHeadMayDiffer() throws IOException {
    Path weights = copy(TIED + "/torch_local_tp2_pp2");
    edit(
        weights.resolve("mp_rank_01_001/" + FILE),
        "output_layer.weight",
        content -> changed(content, content.bytes().capacity() - 1));
    assertThat(Checkpoints.convert(broken, folder.resolve("there"), Checkpoints.to("llama")).left())
        .isEmpty();
  }

  private static Content changed(Content content, int at) {
    byte[] bytes = content.bytes().array().clone();
    bytes[at] ^= 1;
    return new Content(content.dtype(), content.shape(), ByteBuffer.wrap(bytes));
  }

  // ---- configurations

  private static Optional<Path> configuration(String model) {
    return Optional.of(Checkpoints.resource(model + "/hf/config.json"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bridge_torch_tp1_pp2_ep2", "bridge_torch_dist_tp1_pp2_ep2"})
  void noArgumentsAndNoConfiguration(String directory) throws IOException {
    copy(QWEN3 + "/" + directory);
    assertRefused("--config", "do not say what model");
  }

  @ParameterizedTest
  @ValueSource(strings = {"torch_local_tp2_pp2", "torch_dist_tp2_pp2"})
  void theConfigurationOfAnotherModel(String directory) throws IOException {
    copy(LLAMA + "/" + directory);
    assertRefused(configuration(QWEN3), "another");
  }

  @Test
  void aConfigurationWithOneLayerLess() throws IOException {
    copy(LLAMA + "/torch_dist_tp2_pp2");
    Path less = folder.resolve("config.json");
    Files.writeString(
        less,
        Files.readString(Checkpoints.resource(LLAMA + "/hf/config.json"))
            .replaceFirst("\"num_hidden_layers\": 4", "\"num_hidden_layers\": 3"));
    assertRefused(Optional.of(less), "another model");
  }

  // ---- what is left

  @Test
  void whatIsNoTensorOfTheModelIsLeftByName() throws IOException {
    Path file = copy(LLAMA + "/torch_local_tp1_pp1").resolve("mp_rank_00/" + FILE);
    Map<String, Content> tensors = Folder.tensors(file, "model");
    Content norm = tensors.get("decoder.final_layernorm.weight");
    assertThat(norm).isNotNull();
    Map<String, Content> more = new LinkedHashMap<>(tensors);
    more.put("decoder.layers.0.adapter.weight", norm);
    Map<String, TorchValue> state = new LinkedHashMap<>();
    state.put("exp_avg", new TorchValue.Real(0));
    rewrite(
        file,
        more,
        top -> {
          top.put("optimizer", new TorchValue.Dict(state));
          top.put("opt_param_scheduler", new TorchValue.Dict(Map.of()));
          top.put("rng_state", new TorchValue.Items(List.of()));
        });

    Plan plan = Checkpoints.convert(broken, folder.resolve("there"), Checkpoints.to("llama"));

    assertThat(plan.left())
        .containsOnlyKeys(
            "mp_rank_00: decoder.layers.0.adapter.weight",
            "mp_rank_00: optimizer",
            "mp_rank_00: opt_param_scheduler",
            "mp_rank_00: rng_state")
        .containsEntry("mp_rank_00: optimizer", "the state of an optimizer");
    assertThat(String.join("\n", PlanText.of(plan)))
        .contains("left      mp_rank_00: optimizer: the state of an optimizer")
        .contains("decoder.layers.0.adapter.weight: in no row of the megatron table");
    assertThat(Checkpoints.content(Checkpoint.open(folder.resolve("there"), Checkpoints.DIALECTS)))
        .isEqualTo(Checkpoints.content(Checkpoints.resource(LLAMA + "/hf")));
  }

  // ---- files made otherwise

  /** Other contents of one tensor. */
  private static void edit(Path file, String name, UnaryOperator<Content> change)
      throws IOException {
    Map<String, Content> tensors = Folder.tensors(file, "model");
    Content content = tensors.get(name);
    assertThat(content).as(name).isNotNull();
    tensors.put(name, change.apply(content));
    rewrite(file, tensors, _ -> {});
  }

  private static void rewrite(Path file, Consumer<Map<String, TorchValue>> change)
      throws IOException {
    rewrite(file, Folder.tensors(file, "model"), change);
  }

  private static void rewrite(
      Path file, Map<String, Content> tensors, Consumer<Map<String, TorchValue>> change)
      throws IOException {
    Map<String, TorchValue> top = new LinkedHashMap<>();
    new RankFile("", List.of(), TorchFile.read(file))
        .config()
        .ifPresent(config -> top.put("args", Namespaces.namespaceOf(config, Map.of())));
    top.put("checkpoint_version", new TorchValue.Real(3));
    top.put("iteration", new TorchValue.Int(1));
    top.put("model", Folder.state(tensors, Function.identity()));
    change.accept(top);
    Folder.write(file, new TorchValue.Dict(top), tensors);
  }
}
