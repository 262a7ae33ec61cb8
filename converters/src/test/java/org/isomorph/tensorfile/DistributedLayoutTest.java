package org.isomorph.tensorfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.isomorph.tensorfile.Crafted.info;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.assertj.core.api.AbstractThrowableAssert;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.TensorInfo;
import org.isomorph.tensorfile.DistributedLayout.Chunk;
import org.isomorph.tensorfile.DistributedLayout.Item;
import org.isomorph.tensorfile.DistributedLayout.Value;
import org.isomorph.tensorfile.pickle.PickleValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A distributed checkpoint as it was laid out is read as what was laid out. */
class DistributedLayoutTest {
  @TempDir Path folder;

  /** Writes what a layout knows, and for each chunk random bytes if so asked; then reads it. */
  private static DistributedDirectory write(DistributedLayout layout, Path folder, boolean data)
      throws IOException {
    for (DistributedLayout.File file : layout.files())
      try (RandomAccessFile sparse =
          new RandomAccessFile(folder.resolve(file.name()).toFile(), "rw")) {
        sparse.setLength(file.size());
        FileChannel channel = sparse.getChannel();
        for (FixedBytes bytes : file.fixed())
          FileBytes.write(channel, bytes.offset(), bytes.content());
        if (!data) continue;
        for (DistributedLayout.Placed placed : file.chunks())
          FileBytes.write(channel, placed.offset(), MemorySegment.ofArray(bytes(placed.chunk())));
        for (Seal seal : file.seals()) seal(channel, seal);
      }
    try (FileChannel channel =
        new RandomAccessFile(folder.resolve(".metadata").toFile(), "rw").getChannel()) {
      FileBytes.write(channel.truncate(0), 0, layout.metadata().content());
    }
    return DistributedDirectory.open(folder);
  }

  private static void seal(FileChannel channel, Seal seal) throws IOException {
    ByteBuffer data = ByteBuffer.allocate((int) seal.bytes());
    channel.read(data, seal.begin());
    CRC32 crc = new CRC32();
    crc.update(data.flip());
    for (long at : seal.at()) {
      ByteBuffer sum = ByteBuffer.allocate(Seal.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      channel.write(sum.putInt((int) crc.getValue()).flip(), at);
    }
  }

  private static byte[] bytes(Chunk chunk) {
    byte[] bytes = new byte[(int) chunk.info().bytes()];
    new Random(chunk.hashCode()).nextBytes(bytes);
    return bytes;
  }

  private static void assertWritten(DistributedLayout layout, DistributedDirectory read)
      throws IOException {
    Map<String, Map<Window, byte[]>> found = new LinkedHashMap<>();
    for (DistributedTensor tensor : read.tensors().values())
      for (DistributedTensor.Chunk chunk : tensor.chunks()) {
        TorchTensor part = chunk.tensor();
        assertThat(part.dense()).isTrue();
        assertThat(part.storage().begin() % 64).isZero();
        byte[] bytes = new byte[(int) part.storage().bytes()];
        part.storage().read(0, MemorySegment.ofArray(bytes));
        found
            .computeIfAbsent(tensor.info().name(), _ -> new LinkedHashMap<>())
            .put(chunk.window(), bytes);
      }
    for (DistributedLayout.File file : layout.files())
      for (DistributedLayout.Placed placed : file.chunks())
        assertThat(found.get(placed.chunk().name()).remove(placed.chunk().window()))
            .isEqualTo(bytes(placed.chunk()));
    assertThat(found.values()).allMatch(Map::isEmpty);
  }

  @Property(tries = 60)
  void anyPartitionOverAnyFilesComesBack(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    Map<String, List<Item>> files = new LinkedHashMap<>();
    for (int rank = 0; rank < 3; rank++) files.put("__" + rank + "_0.distcp", new ArrayList<>());
    List<TensorInfo> tensors = new ArrayList<>();
    for (int number = 0; number < 4; number++) {
      DType dtype = List.of(DType.F32, DType.BF16, DType.U8, DType.F8_E4M3).get(number);
      Shape shape = WindowCoverLaws.shape(random.nextInt(4), random);
      tensors.add(new TensorInfo("tensor." + number, dtype, shape));
      for (Window window : WindowCoverLaws.partition(shape, random))
        files.get("__" + random.nextInt(3) + "_0.distcp").add(new Chunk(tensors.getLast(), window));
    }
    files.get("__0_0.distcp").add(new Value("common", new TorchValue.Int(seed)));
    DistributedLayout layout = DistributedLayout.of(files);
    Path folder = Files.createTempDirectory("distributed");
    try {
      DistributedDirectory read = write(layout, folder, true);
      assertThat(read.tensors().values().stream().map(DistributedTensor::info))
          .containsExactlyInAnyOrderElementsOf(tensors);
      assertWritten(layout, read);
      assertThat(read.bytesItem("common")).isEqualTo(new PickleValue.Int(seed));
    } finally {
      try (var left = Files.list(folder)) {
        for (Path file : left.toList()) Files.delete(file);
      }
      Files.delete(folder);
    }
  }

  @Test
  void itemsAreZipsInThemselvesWhoseChecksumsAreRight() throws IOException {
    Chunk chunk = new Chunk(info("w", DType.F32, 5, 3), Window.whole(Shape.of(5, 3)));
    Value value = new Value("v", TorchValue.None.NONE);
    DistributedLayout layout = DistributedLayout.of(Map.of("f", List.of(value, chunk)));
    write(layout, folder, true);
    DistributedMetadata.Place item =
        DistributedMetadata.read(folder.resolve(".metadata"))
            .tensors()
            .get("w")
            .chunks()
            .get(chunk.window());
    assertThat(item.begin()).isPositive().isEqualTo(item.begin() / 64 * 64);
    try (RandomAccessFile file = new RandomAccessFile(folder.resolve("f").toFile(), "r")) {
      byte[] zipped = new byte[(int) (item.end() - item.begin())];
      file.seek(item.begin());
      file.readFully(zipped);
      List<String> names = new ArrayList<>();
      try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(zipped))) {
        for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
          zip.readAllBytes(); // which checks the sum
          names.add(entry.getName());
        }
      }
      assertThat(names)
          .containsExactly(
              "archive/data.pkl", "archive/byteorder", "archive/data/0", "archive/version");
    }
  }

  @Test
  void itemsBeyondFourGibibytes() throws IOException {
    TensorInfo large = info("large", DType.F32, 2, 3L << 29);
    List<Item> items = new ArrayList<>();
    for (long row = 0; row < 2; row++)
      items.add(new Chunk(large, new Window(List.of(row, 0L), Shape.of(1, 3L << 29))));
    DistributedLayout layout = DistributedLayout.of(Map.of("f", items));
    DistributedDirectory read = write(layout, folder, false);
    List<DistributedLayout.Placed> placed = layout.files().getFirst().chunks();
    assertThat(placed.getLast().offset()).isGreaterThan(6L << 30);
    assertThat(read.tensors().get("large").chunks().getLast().tensor().storage().begin())
        .isEqualTo(placed.getLast().offset());
  }

  @Test
  void fixedBytesAreTwoRunsForEachChunk() {
    Chunk chunk = new Chunk(info("w", DType.F32, 5), Window.whole(Shape.of(5)));
    assertThat(DistributedLayout.of(Map.of("f", List.of(chunk))).files().getFirst().fixed())
        .hasSize(2);
  }

  @Test
  void whatCannotBeWrittenIsRefused() {
    TensorInfo tensor = info("w", DType.F32, 4);
    Chunk half = new Chunk(tensor, new Window(List.of(0L), Shape.of(2)));
    Chunk more = new Chunk(tensor, new Window(List.of(1L), Shape.of(3)));
    refused("f", half)
        .hasMessage(
            "tensor \"w\": expected chunks that have each element of shape [4] once, but of [0:4] only [0:2] is there");
    refused("f", half, more).hasMessageContaining("chunks [0:2] and [1:4] overlap");
    refused("f", half, half)
        .hasMessageContaining("each chunk and each value once, found one twice");
    refused("f", half, new Chunk(info("w", DType.F16, 4), more.window()))
        .hasMessageContaining("expected chunks of one tensor, found w F32 [4] and w F16 [4]");
    refused("f", new Value("w", TorchValue.None.NONE), new Chunk(tensor, Window.whole(Shape.of(4))))
        .hasMessageContaining("found one twice");
    refused("../f", half).hasMessageContaining("relative, with / and without .., found \"../f\"");
    refused("f", new Value("v", new TorchValue.Tensor(tensor)))
        .hasMessageContaining("item \"v\": expected a value without tensors");
    assertThatThrownBy(() -> new Chunk(tensor, new Window(List.of(3L), Shape.of(2))))
        .hasMessage("tensor \"w\": expected a chunk within shape [4], found [3:5]");
  }

  private static AbstractThrowableAssert<?, ?> refused(String file, Item... items) {
    return assertThatThrownBy(() -> DistributedLayout.of(Map.of(file, List.of(items))))
        .isInstanceOf(TensorFileException.class);
  }
}
