package org.isomorph.architectures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.isomorph.architectures.Goldens.DIALECTS;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.isomorph.convert.Checkpoint;
import org.isomorph.convert.ConversionRefused;
import org.isomorph.convert.ConversionRequest;
import org.isomorph.convert.Evidence;
import org.isomorph.convert.Outcome;
import org.isomorph.convert.Plan;
import org.isomorph.convert.Planner;
import org.isomorph.convert.run.Executor;
import org.isomorph.convert.run.Options;
import org.isomorph.convert.run.ProgressListener;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.DialectException;
import org.isomorph.dialect.Spelling;
import org.isomorph.dialect.TensorInfos;
import org.isomorph.runtime.LoadedModel;
import org.isomorph.runtime.Request;
import org.isomorph.runtime.RunOptions;
import org.isomorph.sharding.SafetensorsSharding;
import org.isomorph.spec.Model;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Tensor;
import org.isomorph.tensorfile.StoredTensor;
import org.isomorph.tensorfile.TensorFileException;
import org.isomorph.tensorfile.TorchFile;
import org.isomorph.tensorfile.TorchTensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * LLaMA in Meta's layout, two shards each, made of the llama golden by {@code
 * sources/torch_files.py}: as of LLaMA 2 the token table is cut by columns, as of LLaMA 3 by rows.
 */
class MetaSourcesTest {
  private static final Dialect META = DIALECTS.named("meta");

  @TempDir Path folder;

  private static Path meta(String version) {
    return Goldens.resource("sources/meta/" + version);
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama2", "llama3"})
  void shardsAreTheTensorsThatTorchCutBitForBit(String version) throws IOException {
    ConversionRequest request =
        ConversionRequest.to(META).files(META.files(new SafetensorsSharding(1 << 20)));
    Plan plan = Planner.plan(meta(version), request, DIALECTS);
    Executor.run(
        plan.blueprint(), folder.resolve("same"), Options.defaults(), ProgressListener.NONE);
    assertThat(plan.outcome()).isEqualTo(Outcome.EXACT);
    assertThat(plan.evidence())
        .extracting(Evidence::question)
        .contains("layers.1.ffn_norm.weight is the same in every shard");
    assertThat(Conversions.tensors(folder.resolve("same")))
        .isEqualTo(
            TorchSourcesTest.contents(Goldens.resource("sources/meta/expected.safetensors")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama2", "llama3"})
  void computesWhatTheGoldenComputes(String version) throws IOException {
    Tensor expected = Expected.of("llama").tensors().get("logits");
    try (LoadedModel model = Goldens.open(meta(version)).load(RunOptions.usual().in(DType.F32))) {
      Tensor logits = model.forward(Request.of(Expected.of("llama").inputs())).get("logits");
      float[] ours = logits.floats();
      float[] theirs = expected.floats();
      double greatest = 0;
      for (float each : theirs) greatest = Math.max(greatest, Math.abs(each));
      for (int row = 0; row < ours.length / 98; row++)
        for (int token = 0; token < 98; token++)
          assertThat((double) ours[row * 98 + token])
              .isCloseTo(theirs[row * 99 + token], within(1e-4 * greatest));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama2", "llama3"})
  void becomesTheGoldenWithoutItsLastToken(String version) throws IOException {
    Plan plan = Conversions.convert(meta(version), folder.resolve("llama"), "llama");
    assertThat(plan.outcome()).isEqualTo(Outcome.EXACT);
    Map<String, String> golden = Conversions.tensors(Goldens.directory("llama"));
    Conversions.tensors(folder.resolve("llama"))
        .forEach((name, found) -> {
          String expected = golden.get(name);
          if (expected.contains("[99, 32]"))
            expected =
                expected
                    .replace("[99, 32]", "[98, 32]")
                    .substring(0, expected.length() - 2 * 4 * 32);
          assertThat(found).as(name).isEqualTo(expected);
        });
    assertThat(folder.resolve("llama/params.json")).doesNotExist();
    assertThat(folder.resolve("llama/config.json")).exists();
  }

  @Test
  void goesToMetaInOneFileAndComesBackBitForBit() throws IOException {
    Path there = folder.resolve("meta");
    Conversions.convert(Goldens.directory("llama"), there, "meta");
    assertThat(Config.read(there.resolve("params.json")).keys())
        .containsExactly(
            "dim",
            "n_layers",
            "n_heads",
            "n_kv_heads",
            "vocab_size",
            "multiple_of",
            "ffn_dim_multiplier",
            "norm_eps",
            "rope_theta");
    try (var files = Files.list(there)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .contains("consolidated.00.pth", "params.json")
          .noneMatch(name -> name.equals("config.json") || name.endsWith("safetensors"));
    }
    Conversions.convert(there, folder.resolve("back"), "llama");
    assertThat(Conversions.tensors(folder.resolve("back")))
        .isEqualTo(Conversions.tensors(Goldens.directory("llama")));
  }

  @Test
  void aTiedHeadIsNotInTheFiles() throws IOException {
    Path there = folder.resolve("meta");
    Conversions.convert(Goldens.directory("llama"), there, "meta");
    TorchFile file = TorchFile.read(there.resolve("consolidated.00.pth"));
    assertThat(file.tensors()).containsKey("output.weight");
    Map<String, org.isomorph.tensor.TensorInfo> infos = new TreeMap<>();
    for (TorchTensor tensor : file.tensors().values()) infos.put(tensor.name(), tensor.info());
    infos.remove("output.weight");
    Model tied = META.spec(Config.read(there.resolve("params.json")), TensorInfos.of(infos));
    assertThat(tied.lm().orElseThrow().isTied()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "4096, 11008",
    "4096, 14336",
    "8192, 28672",
    "5120, 13824",
    "2048, 8192",
    "3072, 8192",
    "32, 48",
    "33, 47",
    "100, 1",
    "4096, 1000003",
    "64, 1048576"
  })
  void everyHiddenSizeHasARecipe(long width, long hidden) {
    Config.Builder config = Config.builder();
    HiddenSize.write(config, width, hidden);
    assertThat(HiddenSize.read(config.build(), width)).isEqualTo(hidden);
  }

  @ParameterizedTest
  @CsvSource({"8, false", "32, true"})
  void scaledPositionsAreReadAndWritten(double factor, boolean said) throws IOException {
    Config scaled = Config.builder().set("use_scaled_rope", true).build();
    if (said) scaled = scaled.with(Config.builder().set("rope_scaling_factor", factor).build());
    Config config = Config.read(meta("llama3").resolve("params.json")).with(scaled);
    Model model = META.spec(config, TensorInfos.UNKNOWN);
    assertThat(model.toString()).contains("llama3(" + (long) factor);
    assertThat(META.spec(META.config(model, Spelling.BEFORE_5), TensorInfos.UNKNOWN))
        .isEqualTo(model);
  }

  // ---- what is refused

  private Path copy(String version) throws IOException {
    Path target = Files.createDirectories(folder.resolve("source"));
    try (var files = Files.list(meta(version))) {
      for (Path file : files.toList())
        Files.copy(file, target.resolve(file.getFileName().toString()));
    }
    return target;
  }

  @Test
  void aNormThatDiffersBetweenShardsIsNamed() throws IOException {
    Path source = copy("llama3");
    Path second = source.resolve("consolidated.01.pth");
    StoredTensor norm = TorchFile.read(second).tensors().get("norm.weight").storage();
    try (RandomAccessFile file = new RandomAccessFile(second.toFile(), "rw")) {
      file.seek(norm.begin());
      file.write(1);
    }
    assertThatThrownBy(() -> Conversions.plan(source, "llama"))
        .isInstanceOf(ConversionRefused.class)
        .hasMessageContaining("tensor norm.weight should be the same in every shard, but differs");
  }

  @Test
  void aMissingShardIsNamed() throws IOException {
    Path source = copy("llama3");
    Files.move(source.resolve("consolidated.01.pth"), source.resolve("consolidated.02.pth"));
    assertThatThrownBy(() -> Goldens.open(source))
        .isInstanceOf(TensorFileException.class)
        .hasMessageContaining("consolidated.01.pth is missing, and later ones are there");
  }

  @Test
  void shardsOfDifferentModelsAreRefused() throws IOException {
    Path source = copy("llama3");
    Files.copy(
        Goldens.resource("sources/meta/llama2/consolidated.01.pth"),
        source.resolve("consolidated.02.pth"));
    assertThatThrownBy(() -> Goldens.open(source))
        .isInstanceOf(TensorFileException.class)
        .hasMessageContaining("but rope.freqs is in only one of the two");
  }

  @Test
  void aVocabularyThatNobodyTellsIsAskedFor() throws IOException {
    Config config = Config.read(meta("llama2").resolve("params.json"));
    assertThatThrownBy(() -> META.spec(config, TensorInfos.UNKNOWN))
        .isInstanceOf(DialectException.class)
        .hasMessageContaining("$.vocab_size: expected a number, as there is no tok_embeddings");
  }

  @Test
  void theConfigurationIsFoundByItsName() throws IOException {
    Checkpoint checkpoint = Goldens.open(meta("llama2"));
    assertThat(checkpoint.dialect()).isEqualTo(META);
    assertThat(checkpoint.model().tokens().orElseThrow().vocabulary()).isEqualTo(98);
  }
}
