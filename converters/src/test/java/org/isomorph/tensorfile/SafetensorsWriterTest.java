package org.isomorph.tensorfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.isomorph.tensorfile.Crafted.info;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.TensorInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsWriterTest {
  private static final List<TensorInfo> AB =
      List.of(info("a", DType.U8, 4), info("b", DType.I32, 2));

  @TempDir Path directory;

  @Test
  void dataComesInAnyOrderAndInPieces() throws IOException {
    Path path = directory.resolve("a.safetensors");
    try (SafetensorsWriter writer = SafetensorsWriter.create(path, AB)) {
      writer.write("a", ByteBuffer.wrap(new byte[] {1, 2}));
      writer.write("b", MemorySegment.ofArray(new int[] {5, 6}));
      writer.write("a", Channels.newChannel(new ByteArrayInputStream(new byte[] {3, 4})));
      assertThat(path).doesNotExist();
    }
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      assertThat(file.metadata()).containsEntry("format", "pt");
      assertThat(file.read("a", Arena.ofAuto()).toArray(ValueLayout.JAVA_BYTE))
          .containsExactly(1, 2, 3, 4);
      assertThat(file.read("b", Arena.ofAuto()).toArray(ValueLayout.JAVA_INT))
          .containsExactly(5, 6);
    }
    assertThat(names()).containsExactly("a.safetensors");
  }

  @Test
  void aBufferIsConsumedFromItsPosition() throws IOException {
    Path path = directory.resolve("a.safetensors");
    ByteBuffer buffer = ByteBuffer.wrap(new byte[] {9, 1, 2, 3, 4, 9}).position(1).limit(5);
    try (SafetensorsWriter writer = SafetensorsWriter.create(path, List.of(AB.getFirst()))) {
      writer.write("a", buffer);
    }
    assertThat(buffer.remaining()).isZero();
    assertThat(
            SafetensorsHeader.read(path)
                .tensor("a")
                .read(Arena.ofAuto())
                .toArray(ValueLayout.JAVA_BYTE))
        .containsExactly(1, 2, 3, 4);
  }

  @Test
  void missingDataIsNamedAndLeavesNoFile() throws IOException {
    Path path = directory.resolve("a.safetensors");
    SafetensorsWriter writer = SafetensorsWriter.create(path, AB);
    writer.write("b", MemorySegment.ofArray(new int[2]));
    writer.write("a", ByteBuffer.wrap(new byte[3]));
    assertThatThrownBy(writer::close)
        .isInstanceOf(TensorFileException.class)
        .hasMessageContaining("a.safetensors: tensor \"a\"")
        .hasMessageContaining("no file was written; expected all of its 4 bytes, found 3");
    assertThat(names()).isEmpty();
    writer.close();
  }

  @Test
  void tooMuchDataIsRefusedAndLeavesNoFile() throws IOException {
    Path path = directory.resolve("a.safetensors");
    SafetensorsWriter writer = SafetensorsWriter.create(path, List.of(info("a", DType.U8, 4)));
    writer.write("a", ByteBuffer.wrap(new byte[4]));
    assertThatThrownBy(() -> writer.write("a", ByteBuffer.wrap(new byte[1])))
        .hasMessageContaining("tensor \"a\": expected at most 0 more of its 4 bytes, found 1");
    assertThatThrownBy(writer::close)
        .hasMessageContaining("an earlier write failed; no file was written");
    assertThat(names()).isEmpty();
  }

  @Test
  void aSourceThatFailsLeavesNoFileThoughItsDataWasAllThere() throws IOException {
    Path path = directory.resolve("a.safetensors");
    SafetensorsWriter writer = SafetensorsWriter.create(path, List.of(info("a", DType.U8, 4)));
    InputStream source =
        new SequenceInputStream(
            new ByteArrayInputStream(new byte[4]),
            new InputStream() {
              @Override
              public int read() throws IOException {
                throw new IOException("unplugged");
              }
            });
    assertThatThrownBy(() -> writer.write("a", Channels.newChannel(source)))
        .hasMessage("unplugged");
    assertThatThrownBy(writer::close).hasMessageContaining("an earlier write failed");
    assertThat(names()).isEmpty();
  }

  @Test
  void anUndeclaredTensorIsRefused() throws IOException {
    Path path = directory.resolve("a.safetensors");
    try (SafetensorsWriter writer =
        SafetensorsWriter.create(path, List.of(info("weight", DType.U8, 0)))) {
      assertThatThrownBy(() -> writer.write("weights", ByteBuffer.allocate(0)))
          .isInstanceOf(TensorFileException.class)
          .hasMessageContaining("did you mean \"weight\"?");
    } catch (TensorFileException closed) {
      assertThat(closed).hasMessageContaining("an earlier write failed");
    }
    assertThat(names()).isEmpty();
  }

  @Test
  void theOldFileStaysUntilTheNewOneIsWhole() throws IOException {
    Path path = directory.resolve("a.safetensors");
    Crafted.zeros(path, info("old", DType.U8, 1));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment mapped = SafetensorsHeader.read(path).tensor("old").map(arena);
      SafetensorsWriter writer = SafetensorsWriter.create(path, AB);
      assertThat(SafetensorsHeader.read(path).tensors()).containsOnlyKeys("old");
      writer.write("a", ByteBuffer.allocate(4));
      writer.write("b", ByteBuffer.allocate(8));
      writer.close();
      assertThat(SafetensorsHeader.read(path).tensors()).containsOnlyKeys("b", "a");
      assertThat(mapped.get(ValueLayout.JAVA_BYTE, 0)).isZero();
    }
  }

  @Test
  void largeDataIsWrittenFromMemoryOfAnyKind() throws IOException {
    int bytes = FileBytes.CHUNK * 2 + 16;
    float[] values = new float[bytes / 4];
    for (int i = 0; i < values.length; i++) values[i] = i;
    Path path = directory.resolve("a.safetensors");
    TensorInfo heap = info("heap", DType.F32, values.length);
    TensorInfo direct = info("direct", DType.F32, values.length);
    TensorInfo channel = info("channel", DType.F32, values.length);
    try (SafetensorsWriter writer = SafetensorsWriter.create(path, List.of(heap, direct, channel));
        Arena arena = Arena.ofConfined()) {
      writer.write("heap", MemorySegment.ofArray(values));
      MemorySegment copy = arena.allocateFrom(ValueLayout.JAVA_FLOAT, values);
      writer.write("direct", copy);
      byte[] array = copy.toArray(ValueLayout.JAVA_BYTE);
      writer.write("channel", Channels.newChannel(new ByteArrayInputStream(array)));
    }
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      for (String name : List.of("heap", "direct", "channel")) {
        float[] read = new float[values.length];
        file.read(name, 0, MemorySegment.ofArray(read));
        assertThat(read).as(name).isEqualTo(values);
      }
    }
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
