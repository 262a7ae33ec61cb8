package org.isomorph.convert.run;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/** The source files that one worker has open: the ones used last, so that few are open at once. */
final class SourceFiles implements Closeable {
  private static final int OPEN_AT_ONCE = 16;

  private final Map<Path, FileChannel> open = new LinkedHashMap<>(16, 0.75f, true);

  /** Reads bytes at {@code offset} until the buffer is full. */
  void read(Path file, long offset, ByteBuffer buffer) throws IOException {
    FileChannel channel = channel(file);
    while (buffer.hasRemaining()) {
      int count;
      try {
        count = channel.read(buffer, offset);
      } catch (IOException failure) {
        throw new RunException("cannot read " + file + ": " + failure.getMessage(), failure);
      }
      if (count < 0) throw ended(file, offset + buffer.remaining(), channel.size());
      offset += count;
    }
  }

  /** Copies bytes within the kernel, to where the target's position is. */
  void transfer(Path file, long offset, long length, FileChannel target) throws IOException {
    FileChannel channel = channel(file);
    while (length > 0) {
      long count = channel.transferTo(offset, length, target);
      if (count <= 0) throw ended(file, offset + length, channel.size());
      offset += count;
      length -= count;
    }
  }

  private FileChannel channel(Path file) throws IOException {
    FileChannel channel = open.get(file);
    if (channel != null) return channel;
    if (open.size() == OPEN_AT_ONCE) {
      Iterator<FileChannel> eldest = open.values().iterator();
      eldest.next().close();
      eldest.remove();
    }
    try {
      channel = FileChannel.open(file, StandardOpenOption.READ);
    } catch (IOException failure) {
      throw new RunException("cannot open source file: " + Failures.reason(failure), failure);
    }
    open.put(file, channel);
    return channel;
  }

  private static RunException ended(Path file, long expected, long found) {
    return new RunException(
        ("source file %s changed while it was read: expected at least %d bytes, found %d;"
                + " run again when it is complete")
            .formatted(file, expected, found));
  }

  @Override
  public void close() throws IOException {
    for (FileChannel channel : open.values()) channel.close();
    open.clear();
  }
}
