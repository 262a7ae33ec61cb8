package org.isomorph.tensorfile;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Files that are long but take no room: what was not written is a hole that reads as zeros. */
final class SparseFile {
  private SparseFile() {}

  static void write(Path file, byte[] beginning, long size) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE,
            StandardOpenOption.SPARSE)) {
      channel.write(ByteBuffer.wrap(beginning), 0);
      channel.write(ByteBuffer.allocate(1), size - 1);
    }
  }
}
