package org.isomorph.tensorfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsFileTest {
  private static final ValueLayout.OfLong LONG_LE =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

  @TempDir Path directory;

  @Test
  void theHeaderSaysWhatTheReferenceWrote() throws IOException {
    SafetensorsHeader header = SafetensorsHeader.read(Crafted.reference("clip-values.safetensors"));
    assertThat(header.metadata())
        .containsEntry("transformers", "5.18.0")
        .containsEntry("model", "CLIPModel");
    assertThat(header.tensors().keySet()).startsWith("input_ids", "image_embeds");
    assertThat(header.tensor("input_ids").dtype()).isEqualTo(DType.I64);
    assertThat(header.dataBegin()).isEqualTo(456);
    assertThat(header.dataBytes()).isEqualTo(7176 - 456);
    assertThat(header.tensors().values()).allMatch(StoredTensor::aligned);
  }

  @Test
  void valuesAreReadAndMappedAlike() throws IOException {
    Path path = Crafted.reference("glm130b-values.safetensors");
    try (SafetensorsFile file = SafetensorsFile.open(path);
        Arena arena = Arena.ofConfined()) {
      assertThat(file.tensor("input_ids").shape()).isEqualTo(Shape.of(1, 9));
      MemorySegment read = file.read("input_ids", arena);
      MemorySegment mapped = file.map("input_ids", arena);
      assertThat(Arrays.stream(read.toArray(LONG_LE)))
          .hasSize(9)
          .allMatch(id -> id >= 0 && id < 96);
      assertThat(mapped.toArray(LONG_LE)).isEqualTo(read.toArray(LONG_LE));
      assertThat(mapped.isReadOnly()).isTrue();
      StoredTensor logits = file.tensor("logits");
      byte[] whole = Files.readAllBytes(path);
      assertThat(logits.read(arena).toArray(ValueLayout.JAVA_BYTE))
          .isEqualTo(Arrays.copyOfRange(whole, (int) logits.begin(), (int) logits.end()))
          .isEqualTo(logits.map(arena).toArray(ValueLayout.JAVA_BYTE));
    }
  }

  @Test
  void aPartOfATensorIsReadIntoMemoryOfAnyKind() throws IOException {
    try (SafetensorsFile file =
        SafetensorsFile.open(Crafted.reference("glm130b-values.safetensors"))) {
      long[] all = file.read("input_ids", Arena.ofAuto()).toArray(LONG_LE);
      long[] longs = new long[2];
      file.read("input_ids", 3 * 8, MemorySegment.ofArray(longs));
      assertThat(longs).containsExactly(all[3], all[4]);
      byte[] bytes = new byte[16];
      file.read("input_ids", 3 * 8, MemorySegment.ofArray(bytes));
      assertThat(MemorySegment.ofArray(bytes).get(ValueLayout.JAVA_LONG_UNALIGNED, 8))
          .isEqualTo(all[4]);
      file.read("input_ids", 72, MemorySegment.ofArray(new byte[0]));
    }
  }

  @Test
  void aReadEndsWithItsTensor() throws IOException {
    try (SafetensorsFile file =
        SafetensorsFile.open(Crafted.reference("glm130b-values.safetensors"))) {
      for (long offset : new long[] {-1, 65, 73, Long.MAX_VALUE})
        assertThatThrownBy(() -> file.read("input_ids", offset, MemorySegment.ofArray(new byte[8])))
            .isInstanceOf(IndexOutOfBoundsException.class)
            .hasMessageContaining("tensor \"input_ids\" has 72 bytes, asked for 8 from " + offset);
    }
  }

  @Test
  void anUnknownNameSuggestsTheNearest() throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(Crafted.reference("chatglm2.safetensors"))) {
      assertThat(file.find("word_embeddings")).isEmpty();
      assertThatThrownBy(() -> file.tensor("transformer.encoder.layer.0.input_layernorm.weight"))
          .isInstanceOf(TensorFileException.class)
          .hasMessageContaining("among 17; did you mean")
          .hasMessageContaining("\"transformer.encoder.layers.0.input_layernorm.weight\"?");
      assertThatThrownBy(() -> file.tensor("zzz")).message().doesNotContain("did you mean");
    }
  }

  @Test
  void scalarsEmptyTensorsAndEmptyFilesAreLegal() throws IOException {
    String header =
        "{%s,%s,%s}"
            .formatted(
                Crafted.f32("scalar", "[]", 0, 4),
                Crafted.f32("empty", "[0,9223372036854775807]", 0, 0),
                Crafted.f32("last", "[0]", 4, 4));
    Path path = Files.write(directory.resolve("a.safetensors"), Crafted.file(header, 4));
    try (SafetensorsFile file = SafetensorsFile.open(path);
        Arena arena = Arena.ofConfined()) {
      assertThat(file.tensors().keySet()).containsExactly("empty", "scalar", "last");
      assertThat(file.tensor("scalar").shape()).isEqualTo(Shape.of());
      assertThat(file.map("empty", arena).byteSize()).isZero();
      assertThat(file.read("last", arena).byteSize()).isZero();
    }
    Path none = Files.write(directory.resolve("b.safetensors"), Crafted.file("{}", 0));
    assertThat(SafetensorsHeader.read(none).tensors()).isEmpty();
  }

  @Test
  void paddingAndOrderOfTheHeaderAreFree() throws IOException {
    String header =
        "{ %s , %s,\n\t\"__metadata__\": {} }   \n"
            .formatted(Crafted.f32("b", "[1]", 4, 8), Crafted.f32("a", "[1]", 0, 4));
    Path path = Files.write(directory.resolve("a.safetensors"), Crafted.file(header, 8));
    assertThat(SafetensorsHeader.read(path).tensors().keySet()).containsExactly("a", "b");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 5})
  void unalignedDataIsMapped(int spaces) throws IOException {
    String header = "{" + Crafted.f32("w", "[3]", 0, 12) + "}" + " ".repeat(spaces);
    byte[] bytes = Crafted.file(header, 12);
    bytes[bytes.length - 1] = 0x40;
    Path path = Files.write(directory.resolve("a.safetensors"), bytes);
    StoredTensor tensor = SafetensorsHeader.read(path).tensor("w");
    assertThat(tensor.aligned()).isEqualTo(tensor.begin() % 4 == 0);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment mapped = tensor.map(arena);
      assertThat(
              mapped.getAtIndex(
                  ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 2))
          .isEqualTo(2f);
      assertThat(tensor.read(arena).getAtIndex(ValueLayout.JAVA_FLOAT, 2)).isEqualTo(2f);
    }
  }

  @Test
  void aFileCutShortMeanwhileIsNoticed() throws IOException {
    Path path =
        Files.write(
            directory.resolve("a.safetensors"),
            Crafted.file("{" + Crafted.f32("w", "[3]", 0, 12) + "}", 12));
    try (SafetensorsFile file = SafetensorsFile.open(path);
        Arena arena = Arena.ofConfined()) {
      try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
        channel.truncate(channel.size() - 1);
      }
      assertThatThrownBy(() -> file.read("w", arena))
          .isInstanceOf(EOFException.class)
          .hasMessageContaining("has become shorter since its header was read");
      assertThatThrownBy(() -> file.map("w", arena)).isInstanceOf(EOFException.class);
    }
  }
}
