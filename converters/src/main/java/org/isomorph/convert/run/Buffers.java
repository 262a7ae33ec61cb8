package org.isomorph.convert.run;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The buffers of one worker, each as long as was needed so far, and all freed at a certain moment.
 * What is in a buffer is lost when a longer one is asked for.
 *
 * <p>They are outside the heap, because channels would otherwise copy through buffers of their own,
 * which are never given back. Only the thread that made them may use them.
 */
final class Buffers implements AutoCloseable {
  private static final int PAGE = 4096;

  /** Beyond the eighth that gaps between rows take at most. */
  private static final int LAST_GAP = 64;

  private final int bytes;
  private final @Nullable Buffer[] buffers = new @Nullable Buffer[3];
  private double[] values = new double[0];

  /** A segment and the same memory as a buffer, for channels. */
  record Buffer(Arena arena, MemorySegment segment, ByteBuffer whole) {
    /** The bytes from {@code start} to {@code end}. */
    ByteBuffer view(long start, long end) {
      return whole.clear().position((int) start).limit((int) end);
    }
  }

  Buffers(int bytes) {
    this.bytes = bytes;
  }

  /**
   * The bytes that anything put into a buffer should have at most, gaps between rows not counted.
   */
  int bytes() {
    return bytes;
  }

  /** A buffer of at least so many bytes. */
  Buffer first(long needed) {
    return buffer(0, needed);
  }

  /** Another one. */
  Buffer second(long needed) {
    return buffer(1, needed);
  }

  /** One for elements whose type changes on their way. */
  Buffer cast(long needed) {
    return buffer(2, needed);
  }

  /** Memory that is new costs more than to fill it: a buffer is no longer than it must be. */
  private Buffer buffer(int number, long needed) {
    Buffer buffer = buffers[number];
    long present = buffer == null ? 0 : buffer.segment.byteSize();
    if (buffer != null && needed <= present) return buffer;
    if (buffer != null) buffer.arena.close();
    // Twice as long at least, so that it does not grow often.
    long length = Math.max(needed, Math.min(2 * present, bytes + bytes / 8 + LAST_GAP));
    Arena arena = Arena.ofConfined();
    MemorySegment segment = arena.allocate(length, PAGE);
    buffer = new Buffer(arena, segment, segment.asByteBuffer());
    buffers[number] = buffer;
    return buffer;
  }

  /** At least so many values that a transform may work on. */
  double[] values(int count) {
    if (values.length < count) values = new double[count];
    return values;
  }

  @Override
  public void close() {
    for (Buffer buffer : buffers) if (buffer != null) buffer.arena.close();
  }
}
