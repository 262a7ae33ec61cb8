package org.isomorph.tensorfile;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.AbstractThrowableAssert;
import org.isomorph.compile.Pickle;
import org.isomorph.tensor.DType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A distributed checkpoint that contradicts itself is refused: what, where, expected, found. */
class HostileDistributedTest {
  private static final String FILE = "__0_0.distcp";
  private static final long[] AT = {0, 0};
  private static final long[] WHOLE = {2, 3};

  @TempDir Path folder;
  private int length;

  /** One file with one item: a float32 tensor of shape [2, 3]. */
  @BeforeEach
  void writeItem() throws IOException {
    length = item(FILE, DistributedLayout.of(Map.of(FILE, List.of(whole("w", DType.F32)))));
  }

  private static DistributedLayout.Item whole(String name, DType dtype) {
    var info = Crafted.info(name, dtype, WHOLE);
    return new DistributedLayout.Chunk(info, Window.whole(info.shape()));
  }

  private int item(String name, DistributedLayout layout) throws IOException {
    DistributedLayout.File file = layout.files().getFirst();
    byte[] bytes = new byte[Math.toIntExact(file.size())];
    for (FixedBytes fixed : file.fixed()) {
      byte[] content = fixed.content().toArray(ValueLayout.JAVA_BYTE);
      System.arraycopy(content, 0, bytes, (int) fixed.offset(), content.length);
    }
    Files.write(folder.resolve(name), bytes);
    return bytes.length;
  }

  private AbstractThrowableAssert<?, ?> refused(CraftedDistributed crafted) throws IOException {
    crafted.write(folder);
    return refused();
  }

  private AbstractThrowableAssert<?, ?> refused() {
    return assertThatThrownBy(() -> DistributedDirectory.open(folder))
        .isInstanceOf(TensorFileException.class)
        .hasMessageStartingWith(folder.toString());
  }

  private CraftedDistributed stored(long[] size, long[]... chunks) {
    CraftedDistributed crafted = new CraftedDistributed().tensor("w", "float32", size, chunks);
    for (int i = 0; i < chunks.length; i += 2) crafted.stored("w", FILE, 0, length, chunks[i]);
    return crafted;
  }

  /** A tensor of one chunk, said to be these bytes of a file. */
  private static CraftedDistributed chunk(String dtype, String file, long offset, long length) {
    return new CraftedDistributed()
        .tensor("w", dtype, WHOLE, AT, WHOLE)
        .stored("w", file, offset, length, AT);
  }

  @Test
  void chunksThatOverlap() throws IOException {
    refused(stored(WHOLE, AT, new long[] {2, 2}, new long[] {0, 1}, new long[] {2, 2}))
        .hasMessageContaining(
            "/.metadata: tensor \"w\": expected chunks that have each element of shape [2, 3] once, but chunks [0:2, 0:2] and [0:2, 1:3] overlap; the file is damaged");
  }

  @Test
  void chunksThatLeaveAPartOut() throws IOException {
    refused(stored(WHOLE, AT, new long[] {2, 1}, new long[] {0, 2}, new long[] {2, 1}))
        .hasMessageContaining("tensor \"w\"")
        .hasMessageContaining("but no chunk has [0:2, 1:2]");
    refused(stored(WHOLE)).hasMessageContaining("but no chunk has [0:2, 0:3]");
    refused(stored(WHOLE, AT, new long[] {1, 3}))
        .hasMessageContaining("of [0:2, 0:3] only [0:1, 0:3] is there");
  }

  @Test
  void chunksOutsideTheTensorOrOfOtherRank() throws IOException {
    refused(stored(WHOLE, AT, WHOLE, new long[] {2, 0}, new long[] {1, 3}))
        .hasMessageContaining(
            "tensor \"w\": expected a chunk within shape [2, 3], found sizes [1, 3] at [2, 0]");
    refused(stored(WHOLE, new long[] {0}, new long[] {6}))
        .hasMessageContaining("found sizes [6] at [0]");
    refused(stored(WHOLE, new long[] {0}, WHOLE)).hasMessageContaining("found sizes [2, 3] at [0]");
  }

  @Test
  void moreElementsThanCanBeCounted() throws IOException {
    long many = 1L << 40;
    refused(stored(new long[] {many, many}, AT, WHOLE))
        .hasMessageContaining(
            "tensor \"w\": size [1099511627776, 1099511627776]: more elements than can be counted");
    refused(stored(WHOLE, new long[] {Long.MAX_VALUE, 0}, WHOLE))
        .hasMessageContaining("expected a chunk within shape [2, 3]");
    refused(stored(new long[] {-1, 3}, AT, WHOLE))
        .hasMessageContaining("size: expected whole numbers, none negative");
  }

  @Test
  void aChunkThatIsNotStored() throws IOException {
    refused(new CraftedDistributed().tensor("w", "float32", WHOLE, AT, WHOLE))
        .hasMessageContaining(
            "tensor \"w\": storage_data does not say where its chunk [0:2, 0:3] is");
    refused(new CraftedDistributed().value("step"))
        .hasMessageContaining("tensor \"step\": storage_data does not say where its value is");
  }

  @Test
  void aChunkThatIsStoredTwice() throws IOException {
    refused(stored(WHOLE, AT, WHOLE).stored("w", FILE, 0, length, AT))
        .hasMessageContaining(
            "tensor \"w\": the chunk at [0, 0] is stored twice: expected each chunk once");
  }

  @Test
  void aChunkThatIsListedTwice() throws IOException {
    refused(
            new CraftedDistributed()
                .tensor("w", "float32", WHOLE, AT, WHOLE, AT, WHOLE)
                .stored("w", FILE, 0, length, AT))
        .hasMessageContaining("or the chunk is listed twice");
  }

  @Test
  void aStoredChunkThatNoTensorHas() throws IOException {
    refused(stored(WHOLE, AT, WHOLE).stored("v", FILE, 0, length, 5))
        .hasMessageContaining("tensor \"v\": [5] is stored, and the tensor has no such chunk");
  }

  @Test
  void aRangeBeyondItsFile() throws IOException {
    refused(chunk("float32", FILE, 64, length))
        .hasMessage(
            "%s: tensor \"w\": expected its bytes 64 to %d within the file, which has %d; it was cut short: fetch it again"
                .formatted(folder.resolve(FILE), 64 + length, length));
    refused(stored(WHOLE, AT, WHOLE).value("step").stored("step", FILE, 0, length + 1L))
        .hasMessageContaining(": item: expected its bytes 0 to");
    refused(chunk("float32", FILE, Long.MAX_VALUE, 2))
        .hasMessageContaining(
            "expected a range of bytes of \"__0_0.distcp\", found 2 bytes from 9223372036854775807 on");
    refused(chunk("float32", FILE, -1, 2)).hasMessageContaining("found 2 bytes from -1 on");
  }

  @Test
  void anItemThatIsCutShort() throws IOException {
    refused(chunk("float32", FILE, 0, length - 10L))
        .hasMessageStartingWith(
            "%s: tensor \"w\": its item, bytes 0 to %d: begins as a zip, and is none that can be read"
                .formatted(folder.resolve(FILE), length - 10));
    refused(chunk("float32", FILE, 8, length - 8L))
        .hasMessageContaining("expected a file of torch.save, found something else");
    refused(chunk("float32", FILE, 0, 0)).hasMessageContaining("found an empty file");
  }

  @Test
  void aMissingFile() throws IOException {
    Files.delete(folder.resolve(FILE));
    refused(stored(WHOLE, AT, WHOLE))
        .hasMessage(
            "%s/.metadata: 1 of 1 files are missing: \"__0_0.distcp\"; fetch them into %s"
                .formatted(folder, folder));
  }

  @ParameterizedTest
  @ValueSource(strings = {"../other", "/etc/passwd", "a/../../b", "", "a\\b", "nul\0", "a//b", "."})
  void aFileThatLeavesTheDirectory(String file) throws IOException {
    refused(chunk("float32", file, 0, length))
        .hasMessageContaining(
            "tensor \"w\": expected the name of a file within the directory, relative, with / and without .., found ");
  }

  @Test
  void anItemOfAnotherDTypeOrShape() throws IOException {
    refused(chunk("bfloat16", FILE, 0, length))
        .hasMessage(
            "%s: tensor \"w\": expected its chunk at byte 0 to be BF16 of shape [2, 3], as .metadata says, found F32 of shape [2, 3]; the two are of different checkpoints: fetch both again"
                .formatted(folder.resolve(FILE)));
    refused(stored(new long[] {3, 2}, AT, new long[] {3, 2}))
        .hasMessageContaining("to be F32 of shape [3, 2]");
  }

  @Test
  void anItemThatIsNoTensor() throws IOException {
    int value =
        item(
            "values",
            DistributedLayout.of(
                Map.of(
                    "values", List.of(new DistributedLayout.Value("v", new TorchValue.Int(3))))));
    refused(chunk("float32", "values", 0, value))
        .hasMessageContaining(
            "tensor \"w\": expected its chunk at byte 0 to be a tensor, found Int[value=3]");
  }

  @Test
  void aDTypeThatIsNotRead() throws IOException {
    refused(chunk("complex128", FILE, 0, length))
        .hasMessageContaining("tensor \"w\": its dtype is torch.complex128, which is not read");
  }

  @Test
  void bytesThatAnExtensionHasChanged() throws IOException {
    refused(new CraftedDistributed().value("v").transformed("v", FILE, "stream.zstd"))
        .hasMessageContaining(
            "tensor \"v\": its bytes went through [\"stream.zstd\"], and such are not read; save the checkpoint without extensions");
  }

  @Test
  void metadataThatIsCutShortOrSomethingElse() throws IOException {
    Path file = folder.resolve(".metadata");
    byte[] whole = stored(WHOLE, AT, WHOLE).bytes();
    for (int bytes = 0; bytes < whole.length; bytes++) {
      Files.write(file, Arrays.copyOf(whole, bytes));
      refused().hasMessageContaining(".metadata: ");
    }
    Files.write(file, new Pickle().emptyDict().stop());
    refused()
        .hasMessageContaining(
            "expected an object of Metadata of torch.distributed, found a dict of 0");
    Files.write(
        file,
        new Pickle()
            .global("torch.distributed.checkpoint.metadata", "Metadata")
            .emptyTuple()
            .reduce()
            .stop());
    refused().hasMessageContaining("expected storage_data to be a dict, found None");
    Files.write(
        file, new Pickle().global("os", "system").mark().text("true").tuple().reduce().stop());
    refused().hasMessageContaining("expected an object of Metadata");
  }

  @Test
  void aValueThatIsNoTorchFileIsRefusedWhenItIsRead() throws IOException {
    Files.writeString(folder.resolve("raw"), "raw bytes");
    new CraftedDistributed().value("v").stored("v", "raw", 0, 9).write(folder);
    DistributedDirectory opened = DistributedDirectory.open(folder);
    assertThatThrownBy(() -> opened.bytesItem("v"))
        .isInstanceOf(TensorFileException.class)
        .hasMessage(
            "%s: tensor \"v\": its item, bytes 0 to 9: expected a file of torch.save, found something else"
                .formatted(folder.resolve("raw")));
  }
}
