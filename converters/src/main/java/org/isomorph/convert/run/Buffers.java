package org.isomorph.convert.run;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The buffers of one worker, each allocated when first asked for and all freed at a certain moment.
 *
 * <p>They are outside the heap, because channels would otherwise copy through buffers of their own,
 * which are never given back. Only the thread that made them may use them.
 */
final class Buffers implements AutoCloseable {
  private static final int PAGE = 4096;

  /** Beyond the eighth that gaps between rows take at most. */
  private static final int LAST_GAP = 64;

  private final Arena arena = Arena.ofConfined();
  private final int bytes;
  private final @Nullable Buffer[] buffers = new @Nullable Buffer[3];
  private double[] values = new double[0];

  /** A segment and the same memory as a buffer, for channels. */
  record Buffer(MemorySegment segment, ByteBuffer whole) {
    /** The bytes from {@code start} to {@code end}. */
    ByteBuffer view(long start, long end) {
      return whole.clear().position((int) start).limit((int) end);
    }
  }

  Buffers(int bytes) {
    this.bytes = bytes;
  }

  /** The bytes of each buffer, gaps between rows not counted. */
  int bytes() {
    return bytes;
  }

  Buffer first() {
    return buffer(0);
  }

  Buffer second() {
    return buffer(1);
  }

  /** For elements whose type changes on their way. */
  Buffer cast() {
    return buffer(2);
  }

  private Buffer buffer(int number) {
    Buffer buffer = buffers[number];
    if (buffer == null) {
      MemorySegment segment = arena.allocate(bytes + bytes / 8 + LAST_GAP, PAGE);
      buffer = new Buffer(segment, segment.asByteBuffer());
      buffers[number] = buffer;
    }
    return buffer;
  }

  /** At least so many values that a transform may work on. */
  double[] values(int count) {
    if (values.length < count) values = new double[count];
    return values;
  }

  @Override
  public void close() {
    arena.close();
  }
}
