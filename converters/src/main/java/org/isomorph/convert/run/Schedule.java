package org.isomorph.convert.run;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Which worker does what next.
 *
 * <p>A worker stays with its file, then begins another one, and only when there is none left helps
 * with the file that has most to do: file systems lock a file while it is written, so workers in
 * different files do not wait for each other, but one huge file must not leave them idle either.
 */
final class Schedule {
  /** A chunk and the file that it is part of. */
  record Assignment(Job job, Chunk chunk) {}

  /** Hears that a file is complete. */
  interface Finished {
    void finished(Job job) throws IOException;
  }

  private final int bufferBytes;
  private final Sink.Kind sinks;
  private final Finished listener;
  private final Deque<Job> ahead;
  private final List<Job> begun = new ArrayList<>();

  /** Bytes done in all files, for progress. */
  final LongAdder bytes = new LongAdder();

  private volatile @Nullable Throwable failure;
  private volatile boolean stopped;
  private volatile String doing = "";

  Schedule(Collection<Job> jobs, int bufferBytes, Sink.Kind sinks, Finished listener) {
    this.ahead = new ArrayDeque<>(jobs);
    this.bufferBytes = bufferBytes;
    this.sinks = sinks;
    this.listener = listener;
  }

  /** The next chunk, of the same file if it has one; null if there is nothing left or a failure. */
  synchronized @Nullable Assignment next(@Nullable Job present) throws IOException {
    if (stopped) return null;
    if (present != null && present.waiting() > 0) return assign(present);
    while (!ahead.isEmpty()) {
      Job job = ahead.remove();
      doing = job.file.name();
      try {
        sinks.begin(job);
        job.cut(bufferBytes);
      } catch (IOException failed) {
        throw new RunException(
            "cannot create " + job.path + ": " + Failures.reason(failed), failed);
      }
      if (job.finished()) {
        finish(job);
        continue;
      }
      begun.add(job);
      return assign(job);
    }
    Job longest = null;
    for (Job job : begun)
      if (job.waiting() > 0 && (longest == null || job.waiting() > longest.waiting()))
        longest = job;
    return longest == null ? null : assign(longest);
  }

  private static Assignment assign(Job job) {
    return new Assignment(job, job.take());
  }

  /** Opens a file for one worker. */
  Sink open(Job job) throws IOException {
    return sinks.open(job);
  }

  /** Takes note that bytes are in place. */
  void wrote(Job job, long count) {
    job.written.add(count);
    bytes.add(count);
  }

  /** Takes note that a chunk is done. */
  synchronized void done(Job job) throws IOException {
    job.done();
    if (job.finished()) finish(job); // also after a failure elsewhere: it need not be redone
  }

  private void finish(Job job) throws IOException {
    begun.remove(job);
    bytes.add(job.file.size() - job.written.sum());
    listener.finished(job);
  }

  /** Stops all workers at their next chunk; the first reason is kept. */
  synchronized void fail(Throwable reason) {
    if (failure == null) failure = reason;
    stopped = true;
  }

  /** The reason of the first failure. */
  @Nullable Throwable failure() {
    return failure;
  }

  /** The file begun last. */
  String doing() {
    return doing;
  }
}
