package org.isomorph.tensorfile.pickle;

/**
 * How much a pickle may be before it is refused. A byte of a pickle can make an object of many, so
 * a small file could fill the memory.
 *
 * @param bytes the longest pickle
 * @param steps the most instructions; each makes at most one object of some fifty bytes
 */
public record PickleLimits(long bytes, long steps) {
  private static final int HEAP_SHARE = 4;
  private static final int BYTES_PER_STEP = 64;

  /** Limits under which the values of a pickle fill no more than about half of this JVM's heap. */
  public static PickleLimits ofHeap() {
    long share = Runtime.getRuntime().maxMemory() / HEAP_SHARE;
    return new PickleLimits(share, share / BYTES_PER_STEP);
  }
}
