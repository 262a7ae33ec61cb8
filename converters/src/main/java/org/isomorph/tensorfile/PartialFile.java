package org.isomorph.tensorfile;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A file being written under another name beside its own, so that it appears whole or not at all,
 * and a file that it replaces is never cut short under someone who has it mapped.
 */
final class PartialFile implements AutoCloseable {
  private final Path file;
  private final Path partial;
  private final FileChannel channel;

  private PartialFile(Path file, Path partial, FileChannel channel) {
    this.file = file;
    this.partial = partial;
    this.channel = channel;
  }

  /** Begins a file; nothing of the name {@code file} exists or changes until {@link #publish}. */
  static PartialFile beside(Path file) throws IOException {
    String suffix = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    // Not Files.createTempFile: that one's files are readable by their owner only.
    Path partial = file.resolveSibling(file.getFileName() + "." + suffix + ".partial");
    FileChannel channel =
        FileChannel.open(partial, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    return new PartialFile(file, partial, channel);
  }

  FileChannel channel() {
    return channel;
  }

  /** Gives the file its own name, in one step, once its bytes have reached the disk. */
  void publish() throws IOException {
    channel.force(true);
    channel.close();
    Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Deletes what was written, unless it was published. */
  @Override
  public void close() throws IOException {
    try (channel) {
      Files.deleteIfExists(partial);
    }
  }
}
