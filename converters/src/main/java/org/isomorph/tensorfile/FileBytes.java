package org.isomorph.tensorfile;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** Positional reads and writes of memory segments of any size and any kind. */
final class FileBytes {
  /**
   * The bytes moved by one system call. A ByteBuffer ends at 2 GiB; the cap is far lower because
   * the JDK copies heap memory through a direct buffer of this size, which it then keeps.
   */
  static final int CHUNK = 8 << 20;

  private FileBytes() {}

  /** Fills {@code target} from {@code position} of the file on. */
  static void read(FileChannel channel, Path file, long position, MemorySegment target)
      throws IOException {
    long size = target.byteSize();
    for (long done = 0; done < size; ) {
      MemorySegment part = target.asSlice(done, Math.min(CHUNK, size - done));
      ByteBuffer buffer = viewable(part) ? part.asByteBuffer() : newBuffer(part);
      while (buffer.hasRemaining()) {
        if (channel.read(buffer, position + done + buffer.position()) < 0)
          throw truncated(file, position + size, channel.size());
      }
      if (!viewable(part))
        MemorySegment.copy(MemorySegment.ofBuffer(buffer.flip()), 0, part, 0, part.byteSize());
      done += part.byteSize();
    }
  }

  /** Writes all of {@code source} from {@code position} of the file on. */
  static void write(FileChannel channel, long position, MemorySegment source) throws IOException {
    long size = source.byteSize();
    for (long done = 0; done < size; ) {
      MemorySegment part = source.asSlice(done, Math.min(CHUNK, size - done));
      ByteBuffer buffer;
      if (viewable(part)) {
        buffer = part.asByteBuffer();
      } else {
        buffer = newBuffer(part);
        MemorySegment.copy(part, 0, MemorySegment.ofBuffer(buffer), 0, part.byteSize());
      }
      while (buffer.hasRemaining()) channel.write(buffer, position + done + buffer.position());
      done += part.byteSize();
    }
  }

  static EOFException truncated(Path file, long needed, long size) {
    return new EOFException(
        file
            + ": the file has become shorter since its header was read: needed "
            + needed
            + " bytes, found "
            + size);
  }

  // A heap segment shows itself as a ByteBuffer only if it is an array of bytes.
  private static boolean viewable(MemorySegment part) {
    return part.isNative() || part.heapBase().map(byte[].class::isInstance).orElse(false);
  }

  private static ByteBuffer newBuffer(MemorySegment part) {
    return ByteBuffer.allocate(Math.toIntExact(part.byteSize()));
  }
}
