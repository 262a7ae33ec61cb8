package org.isomorph.convert.run;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.isomorph.tensorfile.StoredTensor;
import org.isomorph.tensorfile.TensorSource;
import org.isomorph.tensorfile.TensorSource.ElementReader;
import org.jspecify.annotations.Nullable;

/**
 * The source files that one worker has open: the ones used last, so that few are open at once. They
 * are read, or seen in windows.
 */
final class SourceFiles implements Closeable {
  private static final int OPEN_AT_ONCE = 16;

  /** What one read takes at most; a buffer ends at 2 GiB. */
  private static final int PART = 8 << 20;

  private final Map<Path, FileChannel> open = new LinkedHashMap<>(16, 0.75f, true);
  private final Windows windows;
  private @Nullable TensorSource derived;
  private @Nullable ElementReader reader;

  /** Files of which about {@code windowBytes} are seen in windows at once. */
  SourceFiles(int windowBytes) {
    this.windows = new Windows(windowBytes);
  }

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

  /**
   * Reads elements of a tensor that is made as it is read. Only the last one's reader is kept: what
   * it holds may be large, and tensors are read one after the other.
   */
  ElementReader reader(TensorSource tensor) {
    ElementReader opened = reader;
    if (opened == null || !tensor.equals(derived)) {
      opened = tensor.open(this::read);
      derived = tensor;
      reader = opened;
    }
    return opened;
  }

  private void read(StoredTensor tensor, long offset, MemorySegment target) throws IOException {
    for (long done = 0; done < target.byteSize(); ) {
      long part = Math.min(PART, target.byteSize() - done);
      read(
          tensor.file(), tensor.begin() + offset + done, target.asSlice(done, part).asByteBuffer());
      done += part;
    }
  }

  /**
   * The bytes {@code begin} (inclusive) to {@code end} (exclusive) where the system keeps them:
   * nothing is copied, and short pieces cost no more than long ones. Good until another window is
   * asked for.
   */
  MemorySegment window(Path file, long begin, long end) throws IOException {
    FileChannel channel = channel(file);
    long size = channel.size();
    if (size < end) throw ended(file, end, size);
    return windows.show(file, channel, size, begin, end);
  }

  /**
   * Why memory that a window showed is not there: its file became shorter.
   *
   * @param failure what the JVM says then
   */
  RunException vanished(InternalError failure) {
    for (Windows.Window window : windows.open()) {
      FileChannel channel = open.get(window.file());
      if (channel == null) continue;
      try {
        long size = channel.size();
        if (size < window.end()) return ended(window.file(), window.end(), size);
      } catch (IOException unknown) {
        failure.addSuppressed(unknown);
      }
    }
    return new RunException("cannot read a source file: " + failure.getMessage(), failure);
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
    windows.close();
    for (FileChannel channel : open.values()) channel.close();
    open.clear();
  }
}
