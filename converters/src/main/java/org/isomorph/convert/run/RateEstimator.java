package org.isomorph.convert.run;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * The rate of a transfer over the last seconds, and the time that is left at that rate.
 *
 * <p>A window instead of the whole past: a page cache takes the first gigabytes faster than the
 * disk takes the rest, and an estimate has to follow. Not thread-safe.
 */
public final class RateEstimator {
  private static final long WINDOW_NANOS = Duration.ofSeconds(5).toNanos();

  private record Sample(long nanos, long bytes) {}

  private final Deque<Sample> samples = new ArrayDeque<>();

  /**
   * Takes note of a moment.
   *
   * @param nanos the time, as {@link System#nanoTime} counts it
   * @param bytesDone all bytes done so far
   */
  public void sample(long nanos, long bytesDone) {
    samples.addLast(new Sample(nanos, bytesDone));
    while (samples.size() > 2 && nanos - samples.getFirst().nanos > WINDOW_NANOS)
      samples.removeFirst();
  }

  /** Bytes per second, or 0 before two samples at different times. */
  public double bytesPerSecond() {
    if (samples.size() < 2) return 0;
    long nanos = samples.getLast().nanos - samples.getFirst().nanos;
    long bytes = samples.getLast().bytes - samples.getFirst().bytes;
    return nanos <= 0 ? 0 : Math.max(0, bytes * 1e9 / nanos);
  }

  /** The time until {@code bytesTotal} are done, or empty while nothing moves. */
  public Optional<Duration> remaining(long bytesTotal) {
    double rate = bytesPerSecond();
    if (rate <= 0) return Optional.empty();
    long left = Math.max(0, bytesTotal - samples.getLast().bytes);
    return Optional.of(Duration.ofMillis(Math.round(left / rate * 1000)));
  }
}
