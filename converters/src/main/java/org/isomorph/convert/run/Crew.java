package org.isomorph.convert.run;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** All workers of an execution; the calling thread waits for them and reports progress. */
final class Crew {
  /** Often enough to look alive, rarely enough to cost nothing. */
  private static final long REPORT_MILLIS = 100;

  private final Schedule schedule;
  private final Options options;
  private final long bytes;
  private final ProgressListener listener;

  Crew(Schedule schedule, Options options, long bytes, ProgressListener listener) {
    this.schedule = schedule;
    this.options = options;
    this.bytes = bytes;
    this.listener = listener;
  }

  /** Works until all is done; after a failure, until no worker is left. */
  void work() throws IOException {
    List<Thread> threads = new ArrayList<>();
    for (int number = 1; number <= options.threads(); number++)
      threads.add(
          Thread.ofPlatform()
              .daemon()
              .name("isomorph-worker-" + number)
              .start(() -> Worker.work(schedule, options.bufferBytes())));
    try {
      watch(threads);
    } catch (Throwable stop) {
      // An interrupt, or the listener's own failure: no reason to leave workers behind.
      schedule.fail(stop);
    }
    join(threads);
    Throwable failure = schedule.failure();
    switch (failure) {
      case null -> {}
      case IOException io -> throw io;
      case RuntimeException mistake -> throw mistake;
      case Error error -> throw error;
      case InterruptedException _ -> {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted; run the same again to resume");
      }
      default -> throw new IOException(failure);
    }
  }

  private void watch(List<Thread> threads) throws InterruptedException {
    for (Thread thread : threads)
      while (!thread.join(Duration.ofMillis(REPORT_MILLIS)))
        listener.progress(schedule.bytes.sum(), bytes, schedule.doing());
  }

  /** Waits however often this thread is interrupted: each worker ends after its present chunk. */
  private static void join(List<Thread> threads) {
    boolean interrupted = false;
    for (Thread thread : threads)
      while (thread.isAlive())
        try {
          thread.join();
        } catch (InterruptedException again) {
          interrupted = true;
        }
    if (interrupted) Thread.currentThread().interrupt();
  }
}
