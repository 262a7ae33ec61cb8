package org.isomorph.tensorfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.isomorph.tensorfile.Crafted.f32;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that lie: each is refused, and the message says what is wrong with it. */
class HostileHeaderTest {
  @TempDir Path directory;

  @Test
  void emptyFile() {
    refused(new byte[0])
        .hasMessageContaining("expected at least 8 bytes")
        .hasMessageContaining("found 0");
  }

  @Test
  void shorterThanItsLengthField() {
    refused(new byte[7])
        .hasMessageContaining("expected at least 8 bytes")
        .hasMessageContaining("found 7");
  }

  @Test
  void headerLongerThanFile() {
    refused(Crafted.file(1000, "{}".getBytes(StandardCharsets.UTF_8), 0))
        .hasMessageContaining("the header has 1000 bytes, but only 2 follow")
        .hasMessageContaining("fetch it again");
  }

  @Test
  void headerLengthThatWouldExhaustMemory() {
    refused(Crafted.file(Long.MAX_VALUE, new byte[2], 0))
        .hasMessageContaining("9223372036854775807");
  }

  @Test
  void headerLengthNegativeAsSigned() {
    refused(Crafted.file(-1, new byte[2], 0))
        .hasMessageContaining("the header has 18446744073709551615 bytes, but only 2 follow");
  }

  @Test
  void headerLengthOverTheFormatsCap() throws IOException {
    Path file = directory.resolve("sparse.safetensors");
    SparseFile.write(file, Crafted.file(100_000_001, new byte[0], 0), 100_000_100);
    assertThatThrownBy(() -> SafetensorsHeader.read(file))
        .isInstanceOf(TensorFileException.class)
        .hasMessageContaining("100000001 bytes, but the format allows at most 100000000");
  }

  @Test
  void emptyHeader() {
    refused("", 0).hasMessageContaining("must begin with '{', found nothing");
  }

  @Test
  void zipInsteadOfSafetensors() {
    refused("PK\u0003\u0004....", 0).hasMessageContaining("must begin with '{', found byte 0x50");
  }

  @Test
  void spaceBeforeTheBrace() {
    refused(" {}", 0).hasMessageContaining("must begin with '{', found byte 0x20");
  }

  @Test
  void byteOrderMark() {
    refused("\uFEFF{}", 0).hasMessageContaining("must begin with '{', found byte 0xef");
  }

  @Test
  void notUtf8() {
    byte[] json = ("{" + f32("w", "[0]", 0, 0) + "}").getBytes(StandardCharsets.UTF_8);
    json[2] = (byte) 0xff;
    refused(Crafted.file(json.length, json, 0))
        .hasMessageContaining("the header is not UTF-8: byte 0xff at 2");
  }

  @Test
  void overlongUtf8() {
    byte[] json = {'{', '"', (byte) 0xc0, (byte) 0xaf, '"'};
    refused(Crafted.file(json.length, json, 0)).hasMessageContaining("byte 0xc0 at 2");
  }

  @Test
  void notJson() {
    refused("{w}", 0).hasMessageContaining("the header is not what its format demands");
  }

  @Test
  void jsonCutShort() {
    refused("{\"w\":{\"dtype\":\"F32\"", 0)
        .hasMessageContaining("tensor \"w\": its entry is not what its format demands");
  }

  @Test
  void trailingComma() {
    refused("{" + f32("w", "[0]", 0, 0) + ",}", 0).hasMessageContaining("railing comma");
  }

  @Test
  void garbageBehindTheJson() {
    refused("{}x", 0).hasMessageContaining("the header is not what its format demands");
    refused("{}{}", 0).hasMessageContaining("the header is not what its format demands");
    refused("{}\0", 0).hasMessageContaining("the header is not what its format demands");
  }

  @Test
  void controlCharacterInsideAString() {
    refused("{" + f32("a\nb", "[0]", 0, 0) + "}", 0)
        .hasMessageContaining("bare control character 0x0a");
  }

  @Test
  void duplicateTensor() {
    refused("{" + f32("w", "[1]", 0, 4) + "," + f32("w", "[1]", 4, 8) + "}", 8)
        .hasMessageContaining("tensor \"w\": the header has two entries of this name");
  }

  @Test
  void duplicateTensorSpeltWithAnEscape() {
    refused("{" + f32("w", "[1]", 0, 4) + "," + f32("\\u0077", "[1]", 4, 8) + "}", 8)
        .hasMessageContaining("two entries of this name");
  }

  @Test
  void duplicateField() {
    refused("{\"w\":{\"dtype\":\"F32\",\"dtype\":\"I32\",\"shape\":[0],\"data_offsets\":[0,0]}}", 0)
        .hasMessageContaining("tensor \"w\"")
        .hasMessageContaining("the field \"dtype\" twice");
  }

  @Test
  void duplicateMetadata() {
    refused("{\"__metadata__\":{},\"__metadata__\":{}}", 0)
        .hasMessageContaining("__metadata__ occurs twice");
    refused("{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}", 0)
        .hasMessageContaining("__metadata__: key \"a\" occurs twice");
  }

  @Test
  void missingField() {
    refused("{\"w\":{\"shape\":[0],\"data_offsets\":[0,0]}}", 0)
        .hasMessageContaining("lacks the field dtype");
    refused("{\"w\":{\"dtype\":\"F32\",\"data_offsets\":[0,0]}}", 0)
        .hasMessageContaining("lacks the field shape");
    refused("{\"w\":{\"dtype\":\"F32\",\"shape\":[0]}}", 0)
        .hasMessageContaining("lacks the field data_offsets");
  }

  @Test
  void extraField() {
    refused("{\"w\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0],\"strides\":[1]}}", 0)
        .hasMessageContaining("tensor \"w\": its entry has the unknown field \"strides\"");
  }

  @Test
  void unknownDtype() {
    refused("{\"w\":{\"dtype\":\"F33\",\"shape\":[0],\"data_offsets\":[0,0]}}", 0)
        .hasMessageContaining("tensor \"w\": unknown dtype \"F33\"; the format knows BOOL, F4,");
  }

  @Test
  void dtypeIsNoString() {
    refused("{\"w\":{\"dtype\":32,\"shape\":[0],\"data_offsets\":[0,0]}}", 0)
        .hasMessageContaining(
            "tensor \"w\": its entry is not what its format demands: Unexpected JSON token at offset 14");
  }

  @Test
  void negativeExtent() {
    refused("{" + f32("w", "[-1]", 0, 4) + "}", 4)
        .hasMessageContaining("no negative extent, found -1");
    refused("{" + f32("w", "[-1,-1]", 0, 4) + "}", 4).hasMessageContaining("no negative extent");
  }

  @Test
  void fractionalExtent() {
    refused("{" + f32("w", "[1.0]", 0, 4) + "}", 4)
        .hasMessageContaining("tensor \"w\": shape: expected whole numbers, found 1.0");
    refused("{" + f32("w", "[1e0]", 0, 4) + "}", 4).hasMessageContaining("found 1e0");
  }

  @Test
  void extentIsNoNumber() {
    refused("{" + f32("w", "[\"1\"]", 0, 4) + "}", 4).hasMessageContaining("found \"1\"");
    refused("{" + f32("w", "[true]", 0, 4) + "}", 4).hasMessageContaining("found true");
    refused("{" + f32("w", "[null]", 0, 4) + "}", 4).hasMessageContaining("found null");
    refused("{" + f32("w", "[01]", 0, 4) + "}", 4).hasMessageContaining("found 01");
    refused("{" + f32("w", "4", 0, 4) + "}", 4).hasMessageContaining("not what its format demands");
  }

  @Test
  void extentBeyondALong() {
    refused("{" + f32("w", "[9223372036854775808]", 0, 4) + "}", 4)
        .hasMessageContaining("9223372036854775808 is more than a 64-bit integer can hold");
  }

  @Test
  void shapeOverflows() {
    refused("{" + f32("w", "[4294967296,4294967296]", 0, 4) + "}", 4)
        .hasMessageContaining("more elements than a 64-bit integer can count");
  }

  @Test
  void sizeOverflowsThoughTheShapeDoesNot() {
    refused("{" + f32("w", "[4611686018427387905]", 0, 4) + "}", 4)
        .hasMessageContaining("its size is not a number of bytes");
  }

  @Test
  void beginBehindEnd() {
    refused("{" + f32("w", "[1]", 4, 0) + "}", 4)
        .hasMessageContaining("expected 0 <= begin <= end, found [4, 0]");
  }

  @Test
  void negativeOffset() {
    refused("{" + f32("w", "[1]", -4, 0) + "}", 4)
        .hasMessageContaining("expected 0 <= begin <= end, found [-4, 0]");
  }

  @Test
  void threeOffsets() {
    refused("{\"w\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0,0]}}", 0)
        .hasMessageContaining("expected 2 numbers, begin and end, found 3");
  }

  @Test
  void dataBehindTheEndOfTheFile() {
    refused("{" + f32("w", "[2]", 0, 8) + "}", 7)
        .hasMessageContaining(
            "tensor \"w\": its data ends at byte 8, but the file has only 7 bytes of data")
        .hasMessageContaining("fetch it again");
  }

  @Test
  void offsetsAtTheEndOfALong() {
    refused("{" + f32("w", "[1]", Long.MAX_VALUE - 4, Long.MAX_VALUE) + "}", 4)
        .hasMessageContaining("its data ends at byte 9223372036854775807");
  }

  @Test
  void offsetsOverlap() {
    refused("{" + f32("a", "[2]", 0, 8) + "," + f32("b", "[2]", 4, 12) + "}", 12)
        .hasMessageContaining("tensor \"b\": its data overlaps tensor \"a\"")
        .hasMessageContaining("expected to begin at byte 8 of the data, found 4");
  }

  @Test
  void twoTensorsOnOneRange() {
    refused("{" + f32("a", "[2]", 0, 8) + "," + f32("b", "[2]", 0, 8) + "}", 8)
        .hasMessageContaining("overlaps");
  }

  @Test
  void emptyTensorInsideAnother() {
    refused("{" + f32("a", "[2]", 0, 8) + "," + f32("b", "[0]", 4, 4) + "}", 8)
        .hasMessageContaining("overlaps");
  }

  @Test
  void holeAtTheBegin() {
    refused("{" + f32("a", "[1]", 4, 8) + "}", 8)
        .hasMessageContaining("leaves a hole behind the header: expected to begin at byte 0")
        .hasMessageContaining("found 4");
  }

  @Test
  void holeBetweenTensors() {
    refused("{" + f32("a", "[1]", 0, 4) + "," + f32("b", "[1]", 8, 12) + "}", 12)
        .hasMessageContaining("tensor \"b\": its data leaves a hole behind tensor \"a\"");
  }

  @Test
  void bytesBehindTheLastTensor() {
    refused("{" + f32("a", "[1]", 0, 4) + "}", 7)
        .hasMessageContaining(
            "expected the file to end behind the data of tensor \"a\", found 3 bytes more");
  }

  @Test
  void sizeDisagreesWithShape() {
    refused("{" + f32("w", "[3]", 0, 8) + "}", 8)
        .hasMessageContaining("F32 of shape [3] takes 12 bytes, but data_offsets [0, 8] span 8");
  }

  @Test
  void shapeOfAHundredThousandAxesIsNotPrinted() {
    refused("{" + f32("w", "[1" + ",1".repeat(99_999) + "]", 0, 8) + "}", 8)
        .hasMessageContaining("F32 of shape of 100000 axes takes 4 bytes");
  }

  @Test
  void subByteElementsThatDoNotFillBytes() {
    refused("{\"w\":{\"dtype\":\"F4\",\"shape\":[3],\"data_offsets\":[0,2]}}", 2)
        .hasMessageContaining("tensor \"w\": its size is not a number of bytes: 3 elements of F4");
  }

  @Test
  void metadataIsNoStringMap() {
    refused("{\"__metadata__\":{\"a\":1}}", 0).hasMessageContaining("not what its format demands");
    refused("{\"__metadata__\":[]}", 0).hasMessageContaining("not what its format demands");
    refused("{\"__metadata__\":null}", 0).hasMessageContaining("not what its format demands");
    refused("{\"__metadata__\":{\"a\":{\"b\":\"c\"}}}", 0)
        .hasMessageContaining("not what its format demands");
  }

  @Test
  void nestedDeeply() {
    refused("{\"w\":" + "[".repeat(1_000_000), 0)
        .hasMessageContaining("the header nests deeper than the 3 levels it may have");
    refused("{\"w\":".repeat(100_000), 0).hasMessageContaining("nests deeper");
  }

  @Test
  void emptyName() {
    refused("{" + f32("", "[0]", 0, 0) + "}", 0)
        .hasMessageContaining("a tensor's name must not be empty");
  }

  @Test
  void nameWithNul() {
    refused("{" + f32("a\\u0000b", "[0]", 0, 0) + "}", 0)
        .hasMessageContaining(
            "tensor \"a\\u0000b\": a tensor's name must not hold the character NUL");
    refused("{\"__metadata__\":{\"a\":\"\\u0000\"}}", 0)
        .hasMessageContaining("must not hold the character NUL");
  }

  @Test
  void nameWithHalfASurrogatePair() {
    refused("{" + f32("a\\ud83d", "[0]", 0, 0) + "}", 0)
        .hasMessageContaining("half of a surrogate pair");
  }

  @Test
  void nameThatWouldFloodOrPaintTheTerminal() {
    refused("{" + f32("\\u001b[31m" + "x".repeat(10_000), "[1]", 0, 0) + "}", 0)
        .satisfies(refused ->
            assertThat(refused.getMessage())
                .contains("\\u001b[31mxxx", "... (10005 characters)")
                .doesNotContain("\u001b")
                .hasSizeLessThan(1000));
  }

  @Test
  void manyTinyEntriesTakeLinearTime() {
    String entries =
        IntStream.range(0, 90_000)
            .mapToObj(i ->
                f32(
                    "model.layers." + i + ".mlp.experts.down_proj.weight",
                    "[1]",
                    4L * i,
                    4L * i + 4))
            .collect(Collectors.joining(","));
    byte[] json = ("{" + entries + "}").getBytes(StandardCharsets.UTF_8);
    long fileSize = 8L + json.length + 360_000;
    Path file = Path.of("many.safetensors");
    SafetensorsHeader header =
        withinSeconds(2, () -> SafetensorsHeader.parse(file, fileSize, json));
    assertThat(header.tensors()).hasSize(90_000);
  }

  @Test
  void manyDuplicatesOfOneHashAreNotQuadratic() {
    // "Aa" and "BB" have the same hash: 2 to the 14th names that collide.
    String entries =
        IntStream.range(0, 1 << 14)
            .mapToObj(bits ->
                IntStream.range(0, 14)
                    .mapToObj(bit -> (bits >> bit & 1) == 0 ? "Aa" : "BB")
                    .collect(Collectors.joining()))
            .map(name -> f32(name, "[0]", 0, 0))
            .collect(Collectors.joining(","));
    byte[] json = ("{" + entries + "}").getBytes(StandardCharsets.UTF_8);
    Path file = Path.of("collisions.safetensors");
    SafetensorsHeader header =
        withinSeconds(2, () -> SafetensorsHeader.parse(file, 8L + json.length, json));
    assertThat(header.tensors()).hasSize(1 << 14);
  }

  /** Seconds of this thread's own time, which a busy machine does not stretch. */
  private static <T> T withinSeconds(int seconds, Supplier<T> work) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long begin = threads.getCurrentThreadCpuTime();
    T result = work.get();
    Duration taken = Duration.ofNanos(threads.getCurrentThreadCpuTime() - begin);
    assertThat(taken).isLessThan(Duration.ofSeconds(seconds));
    return result;
  }

  private AbstractThrowableAssert<?, ? extends Throwable> refused(String header, int data) {
    return refused(Crafted.file(header, data));
  }

  private AbstractThrowableAssert<?, ? extends Throwable> refused(byte[] bytes) {
    Path file = directory.resolve("hostile.safetensors");
    return assertThatThrownBy(() -> SafetensorsFile.open(Files.write(file, bytes)))
        .isInstanceOf(TensorFileException.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageNotContaining("Deserialization failed");
  }
}
