package org.isomorph.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Memory outside of the heap that is freed when nobody can reach it any more.
 *
 * <p>The collector does not see how much that is: a heap of a few megabytes, which it is in no
 * hurry to look through, may hold on to gigabytes. So it is asked to look whenever as much again
 * was allocated as was in use after the last time. What is in memory is then at most twice what is
 * in use, or {@link #LEAST} more.
 */
public final class OffHeap {
  /** So much may wait to be freed, however little is in use. */
  static final long LEAST = 256L << 20;

  private static final Cleaner CLEANER = Cleaner.create();
  private static final AtomicLong HELD = new AtomicLong();
  private static final AtomicLong SINCE = new AtomicLong();

  private OffHeap() {}

  /** So many bytes, which are zero, at a multiple of an alignment. */
  public static MemorySegment allocate(long bytes, long alignment) {
    long since = SINCE.addAndGet(bytes);
    if (since > Math.max(LEAST, HELD.get() - (since - bytes)) && SINCE.compareAndSet(since, bytes))
      System.gc();
    MemorySegment memory = Arena.ofAuto().allocate(bytes, alignment);
    HELD.addAndGet(bytes);
    // The scope lives for as long as any part or view of the memory does.
    CLEANER.register(memory.scope(), () -> HELD.addAndGet(-bytes));
    return memory;
  }

  /** The bytes that are not freed yet. */
  public static long held() {
    return HELD.get();
  }
}
