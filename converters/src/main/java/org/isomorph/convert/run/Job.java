package org.isomorph.convert.run;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.LongAdder;
import org.isomorph.convert.Blueprint;
import org.jspecify.annotations.Nullable;

/** One large file on its way: what is left to do. Guarded by the schedule, except the counter. */
final class Job {
  final Blueprint.File file;
  final Path path;

  /** Bytes that chunks have written; what they never write is counted when the file is finished. */
  final LongAdder written = new LongAdder();

  /** What is written, summed; null where no checksum of it is wanted. */
  final @Nullable Checksums sums;

  private Deque<Chunk> waiting = new ArrayDeque<>();
  private int unfinished;
  private boolean sealing;

  Job(Blueprint.File file, Path path) {
    this.file = file;
    this.path = path;
    this.sums = file.seals().isEmpty() ? null : new Checksums();
  }

  /** Cuts the file's tasks into chunks. */
  void cut(int bufferBytes) {
    waiting = Chunk.of(file, bufferBytes);
    unfinished = waiting.size();
    if (unfinished == 0) seal();
  }

  /** All data is there: what is left are the checksums of it. */
  private void seal() {
    if (sealing) return;
    sealing = true;
    waiting = Chunk.seals(file);
    unfinished = waiting.size();
  }

  int waiting() {
    return waiting.size();
  }

  Chunk take() {
    return waiting.remove();
  }

  /** Takes note that a chunk is done. */
  void done() {
    unfinished--;
    if (unfinished == 0) seal();
  }

  boolean finished() {
    return unfinished == 0;
  }
}
