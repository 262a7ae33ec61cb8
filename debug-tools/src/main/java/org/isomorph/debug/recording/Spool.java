package org.isomorph.debug.recording;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.isomorph.tensor.Tensor;
import org.isomorph.tensor.TensorInfo;
import org.isomorph.tensorfile.SafetensorsLayout;
import org.isomorph.tensorfile.SafetensorsWriter;

/**
 * Tensors on their way into a file whose header can only be written when all are known: they wait
 * on disk, so that none has to stay in memory.
 */
final class Spool implements AutoCloseable {
  private final Path file;
  private final Path waiting;
  private final FileChannel channel;
  private final MemorySegment room = Arena.ofAuto().allocate(1 << 20);
  private final List<TensorInfo> infos = new ArrayList<>();

  private Spool(Path file, Path waiting) throws IOException {
    this.file = file;
    this.waiting = waiting;
    this.channel = FileChannel.open(waiting, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  static Spool beside(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder))
      throw new RecordingException(file + ": there is no folder " + folder + "; make it first");
    if (Files.isDirectory(file))
      throw new RecordingException(file + ": expected the name of a file to write, found a folder");
    return new Spool(file, Files.createTempFile(folder, "." + file.getFileName(), ".spool"));
  }

  void add(String name, Tensor tensor) throws IOException {
    infos.add(new TensorInfo(name, tensor.dtype(), tensor.shape()));
    // The elements may lie in an array of any type: a channel takes bytes.
    MemorySegment data = tensor.data();
    for (long at = 0; at < data.byteSize(); at += room.byteSize()) {
      long bytes = Math.min(room.byteSize(), data.byteSize() - at);
      MemorySegment.copy(data, at, room, 0, bytes);
      ByteBuffer part = room.asSlice(0, bytes).asByteBuffer();
      while (part.hasRemaining()) channel.write(part);
    }
  }

  /** Writes the file, whole. */
  void publish(Map<String, String> metadata) throws IOException {
    try (SafetensorsWriter writer =
        SafetensorsWriter.create(file, SafetensorsLayout.of(infos, metadata))) {
      long at = 0;
      for (TensorInfo info : infos)
        // One by one: pages that are mapped count as memory of this process.
        try (Arena arena = Arena.ofConfined()) {
          long bytes = info.dtype().bytes(info.shape().elements());
          writer.write(info.name(), channel.map(FileChannel.MapMode.READ_ONLY, at, bytes, arena));
          at += bytes;
        }
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
    Files.deleteIfExists(waiting);
  }
}
