package org.isomorph.convert.run;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListSet;

/** Compares what would be written with a file that is there. */
final class ComparingSink implements Sink {
  private static final int PART = 1 << 20;

  /** Differences that are found; the first of each part is enough to name the tensors. */
  static final class Found implements Kind {
    private final ConcurrentSkipListSet<Mismatch> all =
        new ConcurrentSkipListSet<>(
            Comparator.comparing((Mismatch each) -> each.file().toString())
                .thenComparingLong(Mismatch::position));

    @Override
    public void begin(Job job) {}

    @Override
    public Sink open(Job job) throws IOException {
      return new ComparingSink(job.path, this);
    }

    /** The difference that comes first in its file. */
    Optional<Mismatch> first() {
      return all.isEmpty() ? Optional.empty() : Optional.of(all.first());
    }
  }

  private final Path path;
  private final Found found;
  private final FileChannel channel;
  private final ByteBuffer there = ByteBuffer.allocateDirect(PART);
  private final ByteBuffer other = ByteBuffer.allocateDirect(PART);

  private ComparingSink(Path path, Found found) throws IOException {
    this.path = path;
    this.found = found;
    this.channel = FileChannel.open(path, StandardOpenOption.READ);
  }

  @Override
  public void take(ByteBuffer buffer, long position) throws IOException {
    int end = buffer.limit();
    while (buffer.position() < end) {
      int length = Math.min(PART, end - buffer.position());
      give(there.clear().limit(length), position);
      buffer.limit(buffer.position() + length);
      int mismatch = buffer.mismatch(there.flip());
      if (mismatch >= 0) found.all.add(new Mismatch(path, position + mismatch));
      buffer.position(buffer.limit()).limit(end);
      position += length;
    }
  }

  @Override
  public void give(ByteBuffer buffer, long position) throws IOException {
    while (buffer.hasRemaining()) {
      int count = channel.read(buffer, position);
      if (count < 0) throw new RunException(path + " became shorter while it was compared");
      position += count;
    }
  }

  @Override
  public void take(SourceFiles sources, Path file, long offset, long length, long position)
      throws IOException {
    for (long done = 0; done < length; ) {
      int part = (int) Math.min(PART, length - done);
      other.clear().limit(part);
      sources.read(file, offset + done, other);
      take(other.flip(), position + done);
      done += part;
    }
  }

  @Override
  public int read(ByteBuffer buffer, long position) throws IOException {
    return channel.read(buffer, position);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
