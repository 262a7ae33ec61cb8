package org.isomorph.convert.run;

import java.io.IOException;
import java.nio.file.Path;
import org.isomorph.convert.Blueprint;

/**
 * Writes what a {@link Blueprint} describes into a directory.
 *
 * <p>Files are written to the sibling {@code DST.partial}, and moved to the destination at once
 * when all of them are finished: the destination never exists half-made. An execution that was
 * interrupted, at whatever moment, is taken up by running the same blueprint again: files that it
 * had finished are kept.
 *
 * <p>Nothing is forced to the disk: after a crash of the operating system, as opposed to one of
 * this process, the newest files may be incomplete, as after {@code cp}.
 */
public final class Executor {
  private Executor() {}

  /**
   * Executes a blueprint.
   *
   * @param destination a directory that does not exist or is empty, unless {@link Options#force}
   * @throws RunException if this is refused or fails, with one message for a person
   * @throws IOException if reading or writing fails in a way that needs no explanation
   */
  public static Result run(
      Blueprint blueprint, Path destination, Options options, ProgressListener listener)
      throws IOException {
    throw new UnsupportedOperationException("not executed yet: " + destination);
  }
}
