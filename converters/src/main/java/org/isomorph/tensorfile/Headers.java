package org.isomorph.tensorfile;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Reads the headers of many files at once, because on a network each costs a round trip. A few are
 * read one by one: threads that are new take longer than that.
 */
public final class Headers {
  // A header may claim 100 MB of memory, so there must be a bound, and a low one.
  private static final int AT_ONCE = 8;

  private static final int FEW = 4;

  private Headers() {}

  /** Reads what one kind of file says before its data. */
  @FunctionalInterface
  public interface Reader<F, H> {
    H read(F file) throws IOException;
  }

  /** The headers of {@code files}, in the same order; of several failures the first is thrown. */
  public static <F, H> List<H> read(List<F> files, Reader<F, H> reader) throws IOException {
    List<H> headers = new ArrayList<>(files.size());
    if (files.size() <= FEW) {
      for (F file : files) headers.add(reader.read(file));
      return headers;
    }
    ExecutorService threads = Executors.newFixedThreadPool(Math.min(AT_ONCE, files.size()));
    try {
      List<Future<H>> pending = new ArrayList<>(files.size());
      for (F file : files) pending.add(threads.submit(() -> reader.read(file)));
      for (Future<H> header : pending) headers.add(get(header));
      return headers;
    } finally {
      threads.shutdownNow();
      threads.close();
    }
  }

  private static <H> H get(Future<H> header) throws IOException {
    try {
      return header.get();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      InterruptedIOException failed = new InterruptedIOException("interrupted reading headers");
      failed.initCause(interrupted);
      throw failed;
    } catch (ExecutionException failed) {
      switch (failed.getCause()) {
        case IOException cause -> throw cause;
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        case null, default -> throw new IllegalStateException(failed);
      }
    }
  }
}
