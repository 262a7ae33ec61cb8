package org.isomorph.tensorfile;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A file, or a part of one that is a file in itself, read in small pieces by one thread.
 *
 * <p>What describes data is short and close together, and is looked at field by field: it is
 * fetched in pages, of which the last few are kept, so that a torch file within a larger one costs
 * two or three reads.
 */
final class FileRegion {
  private static final int PAGE = 4 << 10;
  private static final int PAGES_KEPT = 4;

  private final Path file;
  private final FileChannel channel;
  private final long begin;
  private final long end;
  private final Map<Long, ByteBuffer> pages =
      new LinkedHashMap<>(2 * PAGES_KEPT, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, ByteBuffer> eldest) {
          return size() > PAGES_KEPT;
        }
      };

  /** The bytes {@code begin} (inclusive) to {@code end} (exclusive) of a file that has them. */
  FileRegion(Path file, FileChannel channel, long begin, long end) {
    this.file = file;
    this.channel = channel;
    this.begin = begin;
    this.end = end;
  }

  /** All of a file. */
  static FileRegion whole(Path file, FileChannel channel) throws IOException {
    return new FileRegion(file, channel, 0, channel.size());
  }

  Path file() {
    return file;
  }

  /** The position in the file of the first byte. */
  long begin() {
    return begin;
  }

  /** The position in the file behind the last byte. */
  long end() {
    return end;
  }

  /** How many bytes it has. */
  long size() {
    return end - begin;
  }

  /** Whether so many bytes from a position of the file on are all within. */
  boolean has(long position, long bytes) {
    return position >= begin && bytes >= 0 && position <= end && bytes <= end - position;
  }

  /** Bytes from a position of the file on; the region {@linkplain #has has} them. */
  byte[] read(long position, int bytes) throws IOException {
    byte[] read = new byte[bytes];
    read(position, ByteBuffer.wrap(read));
    return read;
  }

  /** Fills a buffer from a position of the file on. */
  void read(long position, ByteBuffer target) throws IOException {
    if (target.remaining() >= PAGE) {
      FileBytes.read(channel, file, position, MemorySegment.ofBuffer(target));
      target.position(target.limit());
      return;
    }
    for (long at = position; target.hasRemaining(); ) {
      long number = (at - begin) / PAGE;
      ByteBuffer page = page(number);
      int within = Math.toIntExact(at - begin - number * PAGE);
      int count = Math.min(target.remaining(), page.limit() - within);
      if (count <= 0) throw new IndexOutOfBoundsException(file + ": no byte " + at + " in a part");
      target.put(page.slice(within, count));
      at += count;
    }
  }

  private ByteBuffer page(long number) throws IOException {
    ByteBuffer kept = pages.get(number);
    if (kept != null) return kept;
    long from = begin + number * PAGE;
    byte[] page = new byte[Math.clamp(end - from, 0, PAGE)];
    FileBytes.read(channel, file, from, MemorySegment.ofArray(page));
    ByteBuffer read = ByteBuffer.wrap(page);
    pages.put(number, read);
    return read;
  }

  /** The bytes between two positions of the file, one behind the other. */
  InputStream stream(long from, long to) {
    return new InputStream() {
      private long at = from;

      @Override
      public int read() throws IOException {
        return at < to ? FileRegion.this.read(at++, 1)[0] & 0xff : -1;
      }

      @Override
      public int read(byte[] target, int offset, int length) throws IOException {
        int count = (int) Math.min(length, to - at);
        if (count <= 0) return length == 0 ? 0 : -1;
        FileRegion.this.read(at, ByteBuffer.wrap(target, offset, count));
        at += count;
        return count;
      }
    };
  }

  /**
   * The region as a channel of its own, which begins at 0 and is only read; to close it is free.
   */
  SeekableByteChannel asChannel() {
    return new SeekableByteChannel() {
      private long at;

      @Override
      public int read(ByteBuffer target) throws IOException {
        if (at >= size()) return -1;
        int count = (int) Math.min(target.remaining(), size() - at);
        int limit = target.limit();
        FileRegion.this.read(begin + at, target.limit(target.position() + count));
        target.limit(limit);
        at += count;
        return count;
      }

      @Override
      public long position() {
        return at;
      }

      @Override
      public SeekableByteChannel position(long position) {
        if (position < 0) throw new IllegalArgumentException("before the beginning: " + position);
        at = position;
        return this;
      }

      @Override
      public long size() {
        return FileRegion.this.size();
      }

      @Override
      public int write(ByteBuffer source) {
        throw new UnsupportedOperationException();
      }

      @Override
      public SeekableByteChannel truncate(long size) {
        throw new UnsupportedOperationException();
      }

      @Override
      public boolean isOpen() {
        return true;
      }

      @Override
      public void close() {}
    };
  }
}
