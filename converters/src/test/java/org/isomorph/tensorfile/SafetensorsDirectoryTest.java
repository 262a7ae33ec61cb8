package org.isomorph.tensorfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.isomorph.tensorfile.Crafted.info;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.TensorInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsDirectoryTest {
  @TempDir Path directory;

  @Test
  void theOnlySafetensorsFileIsTaken() throws IOException {
    Files.copy(Crafted.reference("chatglm2.safetensors"), directory.resolve("weights.safetensors"));
    SafetensorsDirectory opened = SafetensorsDirectory.open(directory);
    assertThat(opened.tensors()).hasSize(17);
    assertThat(opened.index()).isEmpty();
    assertThat(opened.totalSize()).isEqualTo(81000 - 8 - 2016);
    assertThat(opened.declaredTotalSize()).isEmpty();
  }

  @Test
  void theSingleFileComesBeforeTheIndex() throws IOException {
    Crafted.zeros(directory.resolve("model.safetensors"), info("v", DType.F32, 1));
    Crafted.index(directory, Map.of("w", "missing.safetensors"), 4);
    assertThat(SafetensorsDirectory.open(directory).tensors()).containsOnlyKeys("v");
  }

  @Test
  void aPlanThatIsWrittenIsADirectoryThatOpens() throws IOException {
    List<TensorInfo> tensors =
        IntStream.range(0, 300).mapToObj(i -> info("t" + i, DType.BF16, i % 7)).toList();
    ShardPlan plan = ShardPlan.of(tensors, 14);
    for (Map.Entry<String, SafetensorsLayout> file : plan.files().entrySet()) {
      try (SafetensorsWriter writer =
          SafetensorsWriter.create(directory.resolve(file.getKey()), file.getValue())) {
        for (SafetensorsLayout.Range range : file.getValue().ranges().values())
          writer.write(range.info().name(), ByteBuffer.allocate((int) range.bytes()));
      }
    }
    plan.index().orElseThrow().write(directory.resolve(SafetensorsIndex.FILE_NAME));
    SafetensorsDirectory opened = SafetensorsDirectory.open(directory);
    assertThat(opened.headers()).hasSize(plan.files().size()).hasSizeGreaterThan(100);
    assertThat(opened.tensors().values())
        .extracting(StoredTensor::info)
        .containsExactlyElementsOf(tensors);
    assertThat(opened.tensors()).isEqualTo(plan.at(directory));
    assertThat(opened.totalSize()).isEqualTo(plan.totalSize());
    assertThat(opened.declaredTotalSize()).hasValue(plan.totalSize());
    assertThat(opened.unlisted()).isEmpty();
  }

  @Test
  void shardsMayBeSymbolicLinks() throws IOException {
    Path blobs = Files.createDirectory(directory.resolve("blobs"));
    Path snapshot = Files.createDirectory(directory.resolve("snapshot"));
    Crafted.zeros(blobs.resolve("0a1b"), info("v", DType.F32, 1));
    Files.createSymbolicLink(
        snapshot.resolve("model-00001-of-00001.safetensors"), Path.of("../blobs/0a1b"));
    Crafted.index(snapshot, Map.of("v", "model-00001-of-00001.safetensors"), 4);
    assertThat(SafetensorsDirectory.open(snapshot).tensors()).containsOnlyKeys("v");
  }

  @Test
  void tensorsThatTheIndexForgetsAreListedApart() throws IOException {
    Crafted.zeros(
        directory.resolve("a.safetensors"), info("v", DType.F32, 1), info("extra", DType.F32, 1));
    Crafted.index(directory, Map.of("v", "a.safetensors"), 4);
    SafetensorsDirectory opened = SafetensorsDirectory.open(directory);
    assertThat(opened.tensors()).containsOnlyKeys("v");
    assertThat(opened.unlisted()).extracting(StoredTensor::name).containsExactly("extra");
    assertThat(opened.find("extra")).isEmpty();
  }

  @Test
  void aWrongTotalSizeIsToleratedButExposed() throws IOException {
    Crafted.zeros(directory.resolve("a.safetensors"), info("v", DType.F32, 1));
    Crafted.index(directory, Map.of("v", "a.safetensors"), 5);
    SafetensorsDirectory opened = SafetensorsDirectory.open(directory);
    assertThat(opened.totalSize()).isEqualTo(4);
    assertThat(opened.declaredTotalSize()).hasValue(5);
  }

  @Test
  void anUnknownNameSuggestsTheNearest() throws IOException {
    Crafted.zeros(directory.resolve("model.safetensors"), info("lm_head.weight", DType.F32, 1));
    SafetensorsDirectory opened = SafetensorsDirectory.open(directory);
    assertThatThrownBy(() -> opened.tensor("lmhead.weight"))
        .hasMessageContaining("did you mean \"lm_head.weight\"?");
  }

  @Test
  void theIndexKeepsItsMetadata() throws IOException {
    Path file = directory.resolve(SafetensorsIndex.FILE_NAME);
    Files.writeString(
        file,
        """
        {"metadata": {"total_size": 2.5e3, "total_parameters": 18446744073709551616, "by": {"a": [null]}},
         "weight_map": {"b": "x.safetensors", "a": "y.safetensors"}, "other": [1]}
        """);
    SafetensorsIndex index = SafetensorsIndex.read(file);
    assertThat(index.totalSize()).hasValue(2500);
    assertThat(index.weightMap().keySet()).containsExactly("b", "a");
    assertThat(index.shards()).containsExactly("x.safetensors", "y.safetensors");
    assertThat(index.metadata())
        .containsEntry("total_parameters", "18446744073709551616")
        .containsEntry("by", "{\"a\":[null]}");
    index.write(file);
    assertThat(SafetensorsIndex.read(file)).isEqualTo(index);
  }

  @Test
  void aTotalSizeThatIsNoneIsAbsent() {
    for (String size : List.of("\"many\"", "1.5", "1e999999999", "null", "9223372036854775808"))
      assertThat(
              new SafetensorsIndex(Map.of(), new LinkedHashMap<>(Map.of("total_size", size)))
                  .totalSize())
          .as(size)
          .isEmpty();
    assertThat(new SafetensorsIndex(Map.of(), Map.of()).totalSize()).isEmpty();
  }
}
