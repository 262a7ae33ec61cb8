package org.isomorph.architectures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.isomorph.convert.Checkpoint;
import org.isomorph.convert.Outcome;
import org.isomorph.convert.Plan;
import org.isomorph.runtime.LoadedModel;
import org.isomorph.runtime.Request;
import org.isomorph.runtime.RunOptions;
import org.isomorph.tensor.DType;
import org.isomorph.tensorfile.FixedBytes;
import org.isomorph.tensorfile.SafetensorsDirectory;
import org.isomorph.tensorfile.SafetensorsFile;
import org.isomorph.tensorfile.StoredTensor;
import org.isomorph.tensorfile.TensorFileException;
import org.isomorph.tensorfile.TorchLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checkpoints that torch.save wrote, made of goldens by {@code sources/torch_files.py}. */
class TorchSourcesTest {
  private static final Path SHARDED = Goldens.resource("sources/torch/sharded");

  @TempDir Path folder;

  /** Every tensor of one safetensors file: dtype, shape and bytes. */
  static Map<String, String> contents(Path file) throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (SafetensorsFile opened = SafetensorsFile.open(file)) {
      for (StoredTensor tensor : opened.tensors().values())
        contents.put(tensor.name(), Conversions.shown(tensor.info(), tensor));
    }
    return contents;
  }

  @ParameterizedTest
  @ValueSource(strings = {"single", "legacy"})
  void aTiedHeadMayShareTheTablesStorage(String format) throws IOException {
    Path source = Goldens.resource("sources/torch/" + format);

    Plan same = Conversions.convert(source, folder.resolve("same"), "llama");

    assertThat(same.outcome()).isEqualTo(Outcome.EXACT);
    assertThat(Conversions.tensors(folder.resolve("same")))
        .isEqualTo(contents(Goldens.resource("sources/torch/expected.safetensors")));
    assertThat(Conversions.plan(source, "mistral").left())
        .isEqualTo(Map.of("lm_head.weight", "a copy of a tensor that is written"));
  }

  @Test
  void shardsOfViewsAreTheGoldenBitForBit() throws IOException {
    Conversions.convert(SHARDED, folder.resolve("same"), "llama");
    assertThat(Conversions.tensors(folder.resolve("same")))
        .isEqualTo(Conversions.tensors(Goldens.directory("llama")));
  }

  @Test
  void aModelRunsFromShardsOfViews() throws IOException {
    Expected expected = Expected.of("llama");
    try (LoadedModel model = Goldens.open(SHARDED).load(RunOptions.usual().in(DType.F32))) {
      var outputs = model.forward(Request.of(expected.inputs()));
      assertThat(
              expected.deviation("logits", outputs.get("logits"), expected.tensors().get("logits")))
          .isCloseTo(0, within(1e-4));
    }
  }

  @Test
  void filesMayBeLinksOutOfTheDirectoryAsInTheHubsCache() throws IOException {
    Path blobs = Files.createDirectories(folder.resolve("models--llama/blobs"));
    Path snapshot = Files.createDirectories(folder.resolve("models--llama/snapshots/0123abcd"));
    try (var files = Files.list(SHARDED)) {
      for (Path file : files.toList()) {
        Path blob = blobs.resolve(Integer.toHexString(file.getFileName().hashCode()));
        Files.copy(file, blob);
        Files.createSymbolicLink(
            snapshot.resolve(file.getFileName().toString()),
            Path.of("../../blobs").resolve(blob.getFileName()));
      }
    }
    Conversions.convert(snapshot, folder.resolve("same"), "llama");
    assertThat(Conversions.tensors(folder.resolve("same")))
        .isEqualTo(Conversions.tensors(Goldens.directory("llama")));
  }

  @Test
  void aShardMayNotLeadOutOfTheDirectory() throws IOException {
    Path source = copy(SHARDED);
    Path index = source.resolve("pytorch_model.bin.index.json");
    Files.writeString(
        index, Files.readString(index).replace("pytorch_model-00001", "../pytorch_model-00001"));
    assertThatThrownBy(() -> Goldens.open(source))
        .isInstanceOf(TensorFileException.class)
        .hasMessageContaining("expected its shard to be a file beside the index");
  }

  @Test
  void aMissingShardIsNamed() throws IOException {
    Path source = copy(SHARDED);
    Files.delete(source.resolve("pytorch_model-00002-of-00002.bin"));
    assertThatThrownBy(() -> Goldens.open(source))
        .isInstanceOf(TensorFileException.class)
        .hasMessageContaining("1 of 2 shards are missing: \"pytorch_model-00002-of-00002.bin\"");
  }

  @Test
  void safetensorsWinOverTorchFilesBesideThem() throws IOException {
    Path source = copy(Goldens.directory("llama"));
    Files.writeString(source.resolve("pytorch_model.bin"), "not even looked at");
    Checkpoint checkpoint = Goldens.open(source);
    assertThat(checkpoint.stored().tensors()).hasSize(30);
    Plan plan = Conversions.convert(source, folder.resolve("mistral"), "mistral");
    assertThat(plan.blueprint().carried()).noneMatch(file -> file.name().endsWith(".bin"));
  }

  @Test
  void aSingleTorchFileMayHaveAnyName() throws IOException {
    Path source = copy(Goldens.resource("sources/torch/single"));
    Files.move(source.resolve("pytorch_model.bin"), source.resolve("model.pt"));
    Files.writeString(source.resolve("training_args.bin"), "something else");
    assertThat(Goldens.open(source).stored().tensors()).hasSize(30);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2", "gpt1", "bert"})
  void oldNamesAreReadFromTorchFilesToo(String golden) throws IOException {
    Path old =
        Crafted.from(golden)
            .rename(name ->
                name.replaceFirst("^transformer\\.", "")
                    .replace("LayerNorm.weight", "LayerNorm.gamma")
                    .replace("LayerNorm.bias", "LayerNorm.beta"))
            .write(folder.resolve("old"));
    Path torch = Files.createDirectories(folder.resolve("torch"));
    write(old, torch);
    Conversions.convert(torch, folder.resolve("back"), golden);
    assertThat(Conversions.tensors(folder.resolve("back")))
        .isEqualTo(Conversions.tensors(Goldens.directory(golden)));
  }

  /** The same tensors, under the same names, as a torch file. */
  private static void write(Path safetensors, Path torch) throws IOException {
    Files.copy(safetensors.resolve("config.json"), torch.resolve("config.json"));
    Map<String, StoredTensor> tensors = SafetensorsDirectory.open(safetensors).tensors();
    TorchLayout layout = TorchLayout.of(tensors.values().stream().map(StoredTensor::info).toList());
    byte[] file = new byte[Math.toIntExact(layout.fileSize())];
    for (FixedBytes fixed : layout.fixed())
      MemorySegment.ofArray(file)
          .asSlice(fixed.offset(), fixed.content().byteSize())
          .copyFrom(fixed.content());
    for (StoredTensor tensor : tensors.values())
      tensor.read(
          0,
          MemorySegment.ofArray(file).asSlice(layout.offsets().get(tensor.name()), tensor.bytes()));
    Files.write(torch.resolve("pytorch_model.bin"), file);
  }

  private Path copy(Path directory) throws IOException {
    Path target = Files.createDirectories(folder.resolve("source"));
    try (var files = Files.list(directory)) {
      for (Path file : files.toList())
        Files.copy(file, target.resolve(file.getFileName().toString()));
    }
    return target;
  }
}
