package org.isomorph.convert.run;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.isomorph.convert.Blueprint;

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
            if (!Preallocation.lengthen(job.path, job.file.size(), job.file.stored()))
              created.setLength(job.file.size());
            FileChannel channel = created.getChannel();
            for (Blueprint.Fixed fixed : job.file.fixed()) {
              ByteBuffer bytes = fixed.content().buffer();
              for (long at = fixed.offset(); bytes.hasRemaining(); ) at += channel.write(bytes, at);
            }
          }
        }

        @Override
        public Sink open(Job job) throws IOException {
          return new WritingSink(
              FileChannel.open(job.path, StandardOpenOption.READ, StandardOpenOption.WRITE));
        }
      };

  @Override
  public void take(ByteBuffer buffer, long position) throws IOException {
    while (buffer.hasRemaining()) position += channel.write(buffer, position);
  }

  @Override
  public void give(ByteBuffer buffer, long position) throws IOException {
    while (buffer.hasRemaining()) {
      int count = channel.read(buffer, position);
      if (count < 0) throw new RunException("a file became shorter while it was written");
      position += count;
    }
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
