package org.isomorph.convert.run;

/**
 * How a blueprint is executed; none of it changes what is written.
 *
 * @param threads how many threads write, at least 1
 * @param force whether a destination that holds files is replaced
 * @param bufferBytes the bytes of one buffer; each thread has a few of them
 */
public record Options(int threads, boolean force, int bufferBytes) {
  /**
   * A matrix of no more bytes is transposed as a whole; of a larger one, rows or columns of so many
   * bytes are. More would not fit what {@link #ALL_BUFFERS} leaves to two threads.
   */
  private static final int BEST_BUFFER = 32 << 20;

  /**
   * What all buffers of all threads together may take, whatever the number of processors. What they
   * see of their sources in {@linkplain Windows windows} is no more than that again.
   */
  private static final int ALL_BUFFERS = 128 << 20;

  /** Smaller buffers cannot hold one element on its way from one dtype to another. */
  private static final int SMALLEST_BUFFER = 64;

  public Options {
    if (threads < 1) throw new IllegalArgumentException("threads: expected at least 1: " + threads);
    if (bufferBytes < SMALLEST_BUFFER)
      throw new IllegalArgumentException(
          "buffer bytes: expected at least " + SMALLEST_BUFFER + ": " + bufferBytes);
  }

  /** A thread for each processor; refuses a destination that holds files. */
  public static Options defaults() {
    return withThreads(Runtime.getRuntime().availableProcessors());
  }

  /** As {@link #defaults}, with so many threads, which share a fixed amount of memory. */
  public static Options withThreads(int threads) {
    int share = ALL_BUFFERS / (Worker.LONG_BUFFERS * threads);
    return new Options(threads, false, Math.clamp(share, 256 << 10, BEST_BUFFER));
  }

  /** These options, with {@link #force} as given. */
  public Options force(boolean replace) {
    return new Options(threads, replace, bufferBytes);
  }
}
