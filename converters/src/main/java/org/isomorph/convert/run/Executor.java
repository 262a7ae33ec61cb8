package org.isomorph.convert.run;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.isomorph.convert.Blueprint;

/**
 * Writes what a {@link Blueprint} describes into a directory.
 *
 * <p>Files are written to the sibling {@code DST.partial}, and moved to the destination at once
 * when all of them are finished: the destination never exists half-made. An execution that was
 * interrupted, at whatever moment, is taken up by running the same blueprint again: large files
 * that it had finished are kept, if the sources are still the same.
 *
 * <p>Memory is a few buffers for each thread, whatever the size of tensors and files. {@linkplain
 * org.isomorph.convert.Transform Transforms} are called from several threads at once.
 *
 * <p>Nothing is forced to the disk: after a crash of the operating system, as opposed to one of
 * this process, the newest files may be incomplete, as after {@code cp}.
 */
public final class Executor {
  private final Blueprint blueprint;
  private final Destination destination;
  private final Options options;
  private final ProgressListener listener;
  private final Closing closing;
  private final Steps steps;
  private final SourceStates sources;
  private final long bytes;

  private Executor(
      Blueprint blueprint,
      Path path,
      Options options,
      ProgressListener listener,
      Closing closing,
      Steps steps)
      throws IOException {
    this.blueprint = blueprint;
    this.options = options;
    this.listener = listener;
    this.closing = closing;
    this.steps = steps;
    this.sources = SourceStates.of(blueprint);
    Inspection.inspect(blueprint, sources);
    this.destination = Destination.of(path);
    destination.requireApartFrom(sources.files());
    long total = blueprint.bytes();
    for (Blueprint.Carried file : blueprint.carried())
      total = Math.addExact(total, sources.size(file.source()));
    this.bytes = total;
  }

  /**
   * Small files that tell of the large ones: made when those are whole, before all are put in
   * place.
   */
  @FunctionalInterface
  public interface Closing {
    /** No such files. */
    Closing NONE = _ -> List.of();

    /**
     * The files to add to a directory that is whole without them. A failure leaves the destination
     * as it was, and what is written where the same blueprint goes on from.
     */
    List<Blueprint.Small> files(Path directory) throws IOException;
  }

  /**
   * Executes a blueprint.
   *
   * @param destination a directory that does not exist or is empty, unless {@link Options#force}
   * @throws RunException if this is refused or fails, with one message for a person
   * @throws IOException if reading or writing fails in a way that explains itself
   */
  public static Result run(
      Blueprint blueprint, Path destination, Options options, ProgressListener listener)
      throws IOException {
    return run(blueprint, destination, options, listener, Closing.NONE);
  }

  /** As above, with files that only the finished result tells. */
  public static Result run(
      Blueprint blueprint,
      Path destination,
      Options options,
      ProgressListener listener,
      Closing closing)
      throws IOException {
    return run(blueprint, destination, options, listener, closing, Steps.NONE);
  }

  /**
   * Begins, on a thread of its own, what the first execution needs and finds out slowly: for
   * whoever has a plan to make before. Without this, large files are written a little more slowly.
   */
  public static void prepare() {
    Preallocation.prepare();
  }

  static Result run(
      Blueprint blueprint,
      Path destination,
      Options options,
      ProgressListener listener,
      Closing closing,
      Steps steps)
      throws IOException {
    return new Executor(blueprint, destination, options, listener, closing, steps).execute();
  }

  private Result execute() throws IOException {
    long start = System.nanoTime();
    if (!Files.exists(destination.partial())) {
      // Refused before anything is created; an interrupted execution may have to be ended first.
      destination.requireReplaceable(options.force());
      destination.requireSpace(needed(blueprint.files()));
    }
    try (Partial partial = Partial.lock(destination, steps)) {
      Partial.Remains remains = partial.begin(blueprint, sources);
      if (remains == Partial.Remains.STALE)
        listener.note("discarded the unfinished files of another plan in " + destination.partial());
      if (remains == Partial.Remains.COMPLETE) {
        cleanUp(partial);
        return result(0, count(), false, start);
      }
      List<Job> jobs = jobs(partial);
      int resumed = blueprint.files().size() - jobs.size();
      prepare(partial, jobs, resumed);
      long left = 0;
      for (Job job : jobs) left += job.file.size();
      Schedule schedule =
          new Schedule(
              jobs, options.bufferBytes(), WritingSink.KIND, job -> partial.finished(job.file));
      schedule.bytes.add(blueprint.files().stream().mapToLong(Blueprint.File::size).sum() - left);
      write(schedule, partial);
      sources.requireUnchanged();
      for (Blueprint.Small file : closing.files(partial.files()))
        writeSmall(partial.place(file.name()), file.content().buffer());
      place(partial);
      cleanUp(partial);
      listener.progress(bytes, bytes, destination.directory().toString());
      return result(count() - resumed, resumed, remains == Partial.Remains.STALE, start);
    }
  }

  /** The large files that are still to be written. */
  private List<Job> jobs(Partial partial) throws IOException {
    List<Job> jobs = new ArrayList<>();
    for (Blueprint.File file : blueprint.files())
      if (!partial.hasFinished(file)) jobs.add(new Job(file, partial.place(file.name())));
    return jobs;
  }

  /** Last refusals, now that nobody else writes here; what holds nothing finished is deleted. */
  private void prepare(Partial partial, List<Job> jobs, int resumed) throws IOException {
    try {
      destination.requireReplaceable(options.force());
      destination.requireSpace(needed(jobs.stream().map(job -> job.file).toList()));
    } catch (IOException refused) {
      if (resumed == 0) partial.delete();
      throw refused;
    }
  }

  /** The space that these files and all small ones take on the disk. */
  private long needed(List<Blueprint.File> files) {
    long needed = bytes;
    for (Blueprint.File file : blueprint.files()) needed -= file.size();
    for (Blueprint.File file : files) needed = Math.addExact(needed, file.stored());
    return needed;
  }

  private void write(Schedule schedule, Partial partial) throws IOException {
    try {
      new Crew(schedule, options, bytes, listener).work();
      for (Blueprint.Carried file : blueprint.carried()) {
        Path target = partial.place(file.name());
        Files.copy(file.source(), target, StandardCopyOption.REPLACE_EXISTING);
        schedule.bytes.add(sources.size(file.source()));
        steps.reached("carried " + file.name());
      }
      for (Blueprint.Small file : blueprint.small()) {
        writeSmall(partial.place(file.name()), file.content().buffer());
        schedule.bytes.add(file.content().size());
        steps.reached("small " + file.name());
      }
    } catch (InterruptedIOException interrupted) {
      throw interrupted;
    } catch (IOException failure) {
      String reason = Failures.full(failure).orElseThrow(() -> failure);
      throw full(schedule.bytes.sum(), reason, failure);
    }
  }

  private static void writeSmall(Path file, ByteBuffer content) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      while (content.hasRemaining()) channel.write(content);
    }
  }

  private RunException full(long written, String reason, IOException failure) {
    return new RunException(
        ("no space left for %s (%s): wrote %s (%d bytes), missing %s (%d bytes);"
                + " what is finished is kept in %s: make room and run the same again to resume")
            .formatted(
                destination.directory(),
                reason,
                Failures.size(written),
                written,
                Failures.size(bytes - written),
                bytes - written,
                destination.partial()),
        failure);
  }

  private void place(Partial partial) throws IOException {
    try {
      partial.putInPlace();
    } catch (IOException failure) {
      throw new RunException(
          "cannot put %s in place: %s; everything is written and kept in %s: run the same again"
              .formatted(destination.directory(), Failures.reason(failure), destination.partial()),
          failure);
    }
  }

  /** The destination is in place: what cannot be cleaned up is no failure. */
  private void cleanUp(Partial partial) {
    try {
      partial.delete();
    } catch (IOException failure) {
      listener.note(
          "%s is written; cannot delete %s: %s"
              .formatted(destination.directory(), destination.partial(), Failures.reason(failure)));
    }
  }

  private int count() {
    return blueprint.files().size() + blueprint.small().size() + blueprint.carried().size();
  }

  private Result result(int written, int resumed, boolean stale, long start) {
    return new Result(bytes, written, resumed, stale, Duration.ofNanos(System.nanoTime() - start));
  }
}
