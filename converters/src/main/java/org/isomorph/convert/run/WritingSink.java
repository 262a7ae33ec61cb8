package org.isomorph.convert.run;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Writes files. */
record WritingSink(FileChannel channel) implements Sink {

  /** Files that are created. */
  static final Kind KIND =
      new Kind() {
        // The file has its full length at once, so that several threads can write it in any order:
        // what nobody writes is a hole that reads as zeros.
        @Override
        public void begin(Job job) throws IOException {
          try (RandomAccessFile created = new RandomAccessFile(job.path.toFile(), "rw")) {
            created.setLength(job.file.size());
            FileChannel channel = created.getChannel();
            ByteBuffer header = job.file.header().buffer();
            while (header.hasRemaining()) channel.write(header);
          }
        }

        @Override
        public Sink open(Job job) throws IOException {
          return new WritingSink(FileChannel.open(job.path, StandardOpenOption.WRITE));
        }
      };

  @Override
  public void take(ByteBuffer buffer, long position) throws IOException {
    while (buffer.hasRemaining()) position += channel.write(buffer, position);
  }

  @Override
  public void take(SourceFiles sources, Path file, long offset, long length, long position)
      throws IOException {
    channel.position(position);
    sources.transfer(file, offset, length, channel);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
