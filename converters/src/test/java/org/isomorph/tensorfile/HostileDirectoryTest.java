package org.isomorph.tensorfile;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.isomorph.tensorfile.Crafted.info;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.assertj.core.api.AbstractThrowableAssert;
import org.isomorph.tensor.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Indexes and directories that lie, or are incomplete. */
class HostileDirectoryTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../model.safetensors",
        "/etc/passwd",
        "a/b.safetensors",
        "a\\\\b.safetensors",
        "C:b.safetensors",
        "..",
        ".",
        "",
        "a\\u0000.safetensors",
        "a\\ud800.safetensors"
      })
  void shardNameLeavesDirectory(String shard) throws IOException {
    refusedIndex("{\"weight_map\":{\"w\":\"" + shard + "\"}}")
        .hasMessageContaining("model.safetensors.index.json: weight_map: tensor \"w\"")
        .hasMessageContaining("expected its shard to be a file beside the index");
  }

  @Test
  void shardNamesAreCheckedOnWritingToo() {
    assertThatThrownBy(() -> SafetensorsIndex.of(Map.of("w", "../x"), 0))
        .isInstanceOf(TensorFileException.class)
        .hasMessageContaining("found \"../x\"");
  }

  @Test
  void indexListsATensorTwice() throws IOException {
    refusedIndex("{\"weight_map\":{\"w\":\"a\",\"w\":\"b\"}}")
        .hasMessageContaining("weight_map: tensor \"w\" occurs twice");
  }

  @Test
  void indexHasAKeyTwice() throws IOException {
    refusedIndex("{\"weight_map\":{},\"weight_map\":{}}")
        .hasMessageContaining("\"weight_map\" occurs twice");
    refusedIndex("{\"metadata\":{\"a\":1,\"a\":2},\"weight_map\":{}}")
        .hasMessageContaining("metadata: key \"a\": occurs twice");
  }

  @Test
  void indexWithoutWeightMap() throws IOException {
    refusedIndex("{\"metadata\":{}}").hasMessageContaining("expected a weight_map, found none");
  }

  @Test
  void indexIsNoJson() throws IOException {
    refusedIndex("").hasMessageContaining("the index is not what its format demands");
    refusedIndex("[]").hasMessageContaining("the index is not what its format demands");
    refusedIndex("{\"metadata\":{\"a\":yes},\"weight_map\":{}}")
        .hasMessageContaining("metadata: key \"a\": expected JSON, found \"yes\"");
  }

  @Test
  void indexMetadataThatUtf8CannotExpress() throws IOException {
    refusedIndex("{\"metadata\":{\"a\":\"\\ud800\"},\"weight_map\":{}}")
        .hasMessageContaining("metadata: key \"a\": must not hold half of a surrogate pair");
  }

  @Test
  void weightMapNamesNoString() throws IOException {
    refusedIndex("{\"weight_map\":{\"w\":1}}")
        .hasMessageContaining("the index is not what its format demands");
  }

  @Test
  void indexNestedDeeply() throws IOException {
    refusedIndex("{\"metadata\":{\"a\":" + "[".repeat(100_000))
        .hasMessageContaining("the index nests deeper than the 32 levels it may have");
  }

  @Test
  void shardMissing() throws IOException {
    Crafted.zeros(directory.resolve("a.safetensors"), info("v", DType.F32, 1));
    Crafted.index(directory, Map.of("v", "a.safetensors", "w", "b.safetensors"), 8);
    refusedDirectory()
        .hasMessageContaining("1 of 2 shards are missing: \"b.safetensors\"; fetch them into");
  }

  @Test
  void danglingLinkIsAMissingShard() throws IOException {
    Files.createSymbolicLink(directory.resolve("b.safetensors"), directory.resolve("nowhere"));
    Crafted.index(directory, Map.of("w", "b.safetensors"), 4);
    refusedDirectory().hasMessageContaining("shards are missing");
  }

  @Test
  void tensorNotInItsShard() throws IOException {
    Crafted.zeros(directory.resolve("a.safetensors"), info("v", DType.F32, 1));
    Crafted.index(directory, Map.of("v", "a.safetensors", "w", "a.safetensors"), 8);
    refusedDirectory()
        .hasMessageContaining("tensor \"w\": expected in shard a.safetensors, found in none");
  }

  @Test
  void tensorInAnotherShard() throws IOException {
    Crafted.zeros(directory.resolve("a.safetensors"), info("v", DType.F32, 1));
    Crafted.zeros(directory.resolve("b.safetensors"), info("w", DType.F32, 1));
    Crafted.index(directory, Map.of("v", "b.safetensors", "w", "a.safetensors"), 8);
    refusedDirectory().hasMessageContaining(", found in ");
  }

  @Test
  void tensorInTwoShards() throws IOException {
    Crafted.zeros(directory.resolve("a.safetensors"), info("w", DType.F32, 1));
    Crafted.zeros(
        directory.resolve("b.safetensors"), info("w", DType.F32, 1), info("v", DType.F32, 1));
    Crafted.index(directory, Map.of("w", "a.safetensors", "v", "b.safetensors"), 8);
    refusedDirectory()
        .hasMessageContaining(
            "tensor \"w\": expected in one shard, found in a.safetensors and in b.safetensors");
  }

  @Test
  void malformedShardIsNamed() throws IOException {
    Crafted.zeros(directory.resolve("a.safetensors"), info("v", DType.F32, 1));
    Files.write(directory.resolve("b.safetensors"), new byte[3]);
    Crafted.index(directory, Map.of("v", "a.safetensors", "w", "b.safetensors"), 8);
    refusedDirectory().hasMessageContaining("b.safetensors: not a safetensors file");
  }

  @Test
  void nothingThere() {
    assertThatThrownBy(() -> SafetensorsDirectory.open(directory.resolve("absent")))
        .isInstanceOf(TensorFileException.class)
        .hasMessageContaining(
            "absent: expected the directory of a checkpoint, found nothing there");
  }

  @Test
  void aFileInsteadOfADirectory() throws IOException {
    Path file = Files.write(directory.resolve("x.safetensors"), new byte[0]);
    assertThatThrownBy(() -> SafetensorsDirectory.open(file))
        .hasMessageContaining("found a file; open a single file with SafetensorsFile");
  }

  @Test
  void noSafetensorsAmongTheFiles() throws IOException {
    refusedDirectory().hasMessageContaining("found an empty directory");
    Files.write(directory.resolve("config.json"), new byte[0]);
    Files.write(directory.resolve("pytorch_model.bin"), new byte[0]);
    refusedDirectory()
        .hasMessageContaining(
            "expected model.safetensors, model.safetensors.index.json or exactly one *.safetensors,"
                + " found \"config.json\", \"pytorch_model.bin\"");
  }

  @Test
  void twoCandidatesAndNoIndex() throws IOException {
    Crafted.zeros(directory.resolve("a.safetensors"), info("v", DType.F32, 1));
    Crafted.zeros(directory.resolve("b.safetensors"), info("w", DType.F32, 1));
    refusedDirectory()
        .hasMessageContaining(
            "exactly one *.safetensors, found \"a.safetensors\", \"b.safetensors\"");
  }

  private AbstractThrowableAssert<?, ? extends Throwable> refusedIndex(String json)
      throws IOException {
    Files.writeString(directory.resolve(SafetensorsIndex.FILE_NAME), json);
    return refusedDirectory();
  }

  private AbstractThrowableAssert<?, ? extends Throwable> refusedDirectory() {
    return assertThatThrownBy(() -> SafetensorsDirectory.open(directory))
        .isInstanceOf(TensorFileException.class)
        .hasMessageStartingWith(directory.toString())
        .hasMessageNotContaining("Deserialization failed");
  }
}
