package org.isomorph.convert.run;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.contentOf;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import org.isomorph.convert.Blueprint;
import org.isomorph.convert.Bytes;
import org.isomorph.tensorfile.Seal;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files hold the checksums of themselves, whoever wrote which part of them and when. */
class SealTest {
  private static final int DATA = 300_000;
  private static final Options OPTIONS = new Options(3, false, 4096);

  @TempDir Path folder;
  private Path source;

  @BeforeEach
  void writeSource() throws IOException {
    byte[] bytes = new byte[DATA];
    new Random(5).nextBytes(bytes);
    source = Files.write(Files.createDirectory(folder.resolve("from")).resolve("source"), bytes);
  }

  /** Head, data, middle with two sums, data, end with one. */
  private Blueprint blueprint() throws IOException {
    Bytes nothing = Bytes.copyOf(new byte[16]);
    List<Blueprint.Task> tasks =
        List.of(
            Fixture.move(source, 0, 16, DATA),
            Fixture.move(source, 1000, 16 + DATA + 16, DATA - 1000));
    long end = 16L + DATA + 16 + DATA - 1000;
    Blueprint.File file =
        new Blueprint.File(
            "sealed",
            end + 16,
            List.of(
                new Blueprint.Fixed(0, nothing),
                new Blueprint.Fixed(16 + DATA, nothing),
                new Blueprint.Fixed(end, nothing)),
            tasks,
            List.of(
                new Seal(16, 16 + DATA, List.of(4L, end + 4)),
                new Seal(16 + DATA + 16, end, List.of(16L + DATA + 8)),
                new Seal(5, 5, List.of(12L))));
    return new Blueprint(List.of(file), List.of(), List.of(), "digest");
  }

  private void assertSealed(Path directory) {
    byte[] written =
        contentOf(directory.resolve("sealed").toFile(), ISO_8859_1).getBytes(ISO_8859_1);
    byte[] data = contentOf(source.toFile(), ISO_8859_1).getBytes(ISO_8859_1);
    ByteBuffer buffer = ByteBuffer.wrap(written).order(ByteOrder.LITTLE_ENDIAN);
    int end = written.length - 16;
    assertThat(buffer.getInt(4)).isEqualTo(crc(data, 0, DATA)).isEqualTo(buffer.getInt(end + 4));
    assertThat(buffer.getInt(16 + DATA + 8)).isEqualTo(crc(data, 1000, DATA));
    assertThat(buffer.getInt(12)).isZero();
    assertThat(Arrays.copyOfRange(written, 16, 16 + DATA)).isEqualTo(data);
  }

  private static int crc(byte[] data, int from, int to) {
    CRC32 crc = new CRC32();
    crc.update(data, from, to - from);
    return (int) crc.getValue();
  }

  @Test
  void sumsAreThoseOfTheFinishedData() throws IOException {
    Path destination = folder.resolve("destination");
    Executor.run(blueprint(), destination, OPTIONS, ProgressListener.NONE);
    assertSealed(destination);
  }

  @Test
  void aFileIsNotFinishedBeforeItIsSealed() throws IOException {
    Path destination = folder.resolve("destination");
    assertThatThrownBy(() ->
            Executor.run(
                blueprint(),
                destination,
                OPTIONS,
                ProgressListener.NONE,
                Executor.Closing.NONE,
                step -> {
                  if (!step.equals("written sealed")) return;
                  assertSealed(folder.resolve("destination.partial/files"));
                  throw new IllegalStateException("stopped here");
                }))
        .hasMessageContaining("stopped here");
    Executor.run(blueprint(), destination, OPTIONS, ProgressListener.NONE);
    assertSealed(destination);
  }

  @Test
  void aSumOutsideTheFileIsRefused() {
    Blueprint.File file =
        new Blueprint.File(
            "sealed", 16, List.of(), List.of(), List.of(new Seal(0, 16, List.of(13L))));
    assertThatThrownBy(() ->
            Executor.run(
                new Blueprint(List.of(file), List.of(), List.of(), "digest"),
                folder.resolve("destination"),
                OPTIONS,
                ProgressListener.NONE))
        .isInstanceOf(RunException.class)
        .hasMessageContaining("file sealed: expected checksums within its 16 bytes");
  }

  @Test
  void dataOverFixedBytesIsRefused() throws IOException {
    Bytes nothing = Bytes.copyOf(new byte[16]);
    Blueprint.File file =
        new Blueprint.File(
            "sealed",
            100,
            List.of(new Blueprint.Fixed(0, nothing), new Blueprint.Fixed(50, nothing)),
            List.of(Fixture.move(source, 0, 16, 35)),
            List.of());
    assertThatThrownBy(() ->
            Executor.run(
                new Blueprint(List.of(file), List.of(), List.of(), "digest"),
                folder.resolve("destination"),
                OPTIONS,
                ProgressListener.NONE))
        .isInstanceOf(RunException.class)
        .hasMessageContaining("expected tensors in bytes 16 to 50, found one in bytes 16 to 51");
  }
}
