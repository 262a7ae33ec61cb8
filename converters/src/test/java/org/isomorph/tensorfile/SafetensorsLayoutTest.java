package org.isomorph.tensorfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.isomorph.tensorfile.Crafted.info;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.TensorInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsLayoutTest {
  @ParameterizedTest
  @ValueSource(strings = {"chatglm2", "clip-values", "glm130b-values"})
  void theHeaderIsByteForByteTheReferences(String name) throws IOException {
    Path file = Crafted.reference(name + ".safetensors");
    SafetensorsHeader read = SafetensorsHeader.read(file);
    SafetensorsLayout layout =
        SafetensorsLayout.of(
            read.tensors().values().stream().map(StoredTensor::info).toList(), read.metadata());
    byte[] expected = Arrays.copyOf(Files.readAllBytes(file), (int) read.dataBegin());
    assertThat(layout.header().toArray(ValueLayout.JAVA_BYTE)).isEqualTo(expected);
    assertThat(layout.fileSize()).isEqualTo(read.fileSize());
    assertThat(layout.at(file)).containsExactlyElementsOf(read.tensors().values());
  }

  @Test
  void theHeaderIsPaddedToEightBytes() {
    SafetensorsLayout layout = SafetensorsLayout.of(List.of(info("w", DType.F32, 2)), Map.of());
    assertThat(new String(layout.header().toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8))
        .isEqualTo(
            "8\0\0\0\0\0\0\0{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}  ");
    assertThat(layout.range("w"))
        .isEqualTo(new SafetensorsLayout.Range(info("w", DType.F32, 2), 64, 72));
    assertThat(layout.fileSize()).isEqualTo(72);
  }

  @Test
  void transformersFindsTheMetadataItDemands() {
    assertThat(SafetensorsLayout.of(List.of()).metadata()).containsEntry("format", "pt");
    assertThat(header(SafetensorsLayout.of(List.of())))
        .isEqualTo("{\"__metadata__\":{\"format\":\"pt\"}}");
    assertThat(header(SafetensorsLayout.of(List.of(), Map.of()))).isEqualTo("{}");
  }

  @Test
  void widerTypesComeFirstAndTheOrderIsKeptOtherwise() {
    SafetensorsLayout layout =
        SafetensorsLayout.of(
            List.of(
                info("four", DType.F4, 2),
                info("byte", DType.BOOL, 3),
                info("z", DType.F32, 1),
                info("a", DType.I32, 1),
                info("eight", DType.I64, 1),
                info("two", DType.BF16, 3)));
    assertThat(layout.ranges().keySet()).containsExactly("eight", "z", "a", "two", "byte", "four");
    assertThat(layout.at(Path.of("x"))).allMatch(StoredTensor::aligned);
  }

  @Test
  void namesAreEscapedWhereJsonDemandsIt() {
    SafetensorsLayout layout =
        SafetensorsLayout.of(
            List.of(info("a\"\\\n\u0001\u00e9\ud83d\ude00/", DType.U8, 0)), Map.of());
    assertThat(header(layout)).startsWith("{\"a\\\"\\\\\\n\\u0001\u00e9\ud83d\ude00/\":{");
  }

  @Test
  void namesThatNoFileMayHaveAreRefused() {
    refused(info("", DType.U8, 0), "must not be empty");
    refused(
        info("__metadata__", DType.U8, 0), "reserved for the file's metadata: rename the tensor");
    refused(info("a\0", DType.U8, 0), "must not hold the character NUL");
    refused(info("\udc00", DType.U8, 0), "half of a surrogate pair");
    refused(info("w", DType.F4, 1), "1 elements of F4 do not fill whole bytes");
    refused(info("w", DType.F64, Long.MAX_VALUE), "its size is not a number of bytes");
    assertThatThrownBy(
            () -> SafetensorsLayout.of(List.of(info("w", DType.U8, 0), info("w", DType.F32, 1))))
        .hasMessageContaining("tensor \"w\": expected each name once, found this one twice");
    assertThatThrownBy(() -> SafetensorsLayout.of(List.of(), Map.of("k", "\0")))
        .hasMessageContaining("metadata: key \"k\" must not hold the character NUL");
  }

  @Test
  void anUnknownNameSuggestsTheNearest() {
    SafetensorsLayout layout = SafetensorsLayout.of(List.of(info("weight", DType.U8, 0)));
    assertThatThrownBy(() -> layout.range("weigth"))
        .hasMessage("no tensor \"weigth\" among the 1 declared; did you mean \"weight\"?");
  }

  @Test
  void aHeaderBeyondTheFormatsCapIsRefused() {
    TensorInfo info = info("x".repeat(100_000_001), DType.U8, 0);
    assertThatThrownBy(() -> SafetensorsLayout.of(List.of(info)))
        .hasMessageContaining(
            "the format allows at most 100000000; divide the tensors into shards");
  }

  private static void refused(TensorInfo info, String message) {
    assertThatThrownBy(() -> SafetensorsLayout.of(List.of(info)))
        .isInstanceOf(TensorFileException.class)
        .hasMessageContaining(message);
  }

  private static String header(SafetensorsLayout layout) {
    byte[] bytes = layout.header().toArray(ValueLayout.JAVA_BYTE);
    return new String(bytes, 8, bytes.length - 8, StandardCharsets.UTF_8).stripTrailing();
  }
}
