package org.isomorph.tensorfile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.isomorph.tensor.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Beyond 2 GiB, where an int ends. The files are sparse and take no room. */
class LargeFileTest {
  private static final long ELEMENTS = 5L << 30; // 5 GiB of bytes, in one tensor

  @TempDir Path directory;

  @Test
  void tensorsBeyondTwoGibibytesAreReadAndMappedToTheirEnds() throws IOException {
    SafetensorsLayout layout =
        SafetensorsLayout.of(
            List.of(
                Crafted.info("large", DType.U8, ELEMENTS), Crafted.info("behind", DType.U8, 3)));
    Path path = directory.resolve("large.safetensors");
    long end = layout.range("large").end();
    SparseFile.write(path, layout.header().toArray(ValueLayout.JAVA_BYTE), layout.fileSize());
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5}), end - 2);
    }
    try (SafetensorsFile file = SafetensorsFile.open(path);
        Arena arena = Arena.ofConfined()) {
      byte[] last = new byte[2];
      file.read("large", ELEMENTS - 2, MemorySegment.ofArray(last));
      assertThat(last).containsExactly(1, 2);
      assertThat(file.read("behind", arena).toArray(ValueLayout.JAVA_BYTE))
          .containsExactly(3, 4, 5);
      MemorySegment mapped = file.map("large", arena);
      assertThat(mapped.byteSize()).isEqualTo(ELEMENTS);
      assertThat(mapped.get(ValueLayout.JAVA_BYTE, ELEMENTS - 1)).isEqualTo((byte) 2);
      assertThat(file.map("behind", arena).get(ValueLayout.JAVA_BYTE, 2)).isEqualTo((byte) 5);
    }
  }

  @Test
  void aPetabyteIsPlannedAndParsed() throws IOException {
    long petabyte = 1L << 50;
    SafetensorsLayout layout =
        SafetensorsLayout.of(List.of(Crafted.info("w", DType.F64, petabyte / 8)));
    assertThat(layout.fileSize()).isEqualTo(layout.dataBegin() + petabyte);
    ByteBuffer header = layout.header().asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    byte[] json = new byte[(int) header.getLong(0)];
    header.get(8, json);
    StoredTensor tensor =
        SafetensorsHeader.parse(Path.of("never-written"), layout.fileSize(), json).tensor("w");
    assertThat(tensor.bytes()).isEqualTo(petabyte);
  }
}
