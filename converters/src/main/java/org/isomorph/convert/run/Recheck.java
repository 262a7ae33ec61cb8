package org.isomorph.convert.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.isomorph.convert.Blueprint;

/**
 * Compares files that are there with what a {@link Blueprint}'s tasks would write into them, with
 * the same threads and buffers as an {@link Executor}, and writes nothing. What no task writes is
 * not looked at.
 */
public final class Recheck {
  private Recheck() {}

  /**
   * The first difference, or empty if every byte is as it should be.
   *
   * @param places where each of the blueprint's files is, by its name
   * @throws RunException if a file cannot be read, or is too short
   */
  public static Optional<Mismatch> run(
      Blueprint blueprint, Map<String, Path> places, Options options, ProgressListener listener)
      throws IOException {
    SourceStates sources = SourceStates.of(blueprint);
    Inspection.inspect(blueprint, sources);
    List<Job> jobs = new ArrayList<>();
    for (Blueprint.File file : blueprint.files()) {
      Path place = places.get(file.name());
      if (place == null) throw new IllegalArgumentException("where is file " + file.name() + "?");
      jobs.add(new Job(file, place));
    }
    ComparingSink.Found found = new ComparingSink.Found();
    Schedule schedule = new Schedule(jobs, options.bufferBytes(), found, _ -> {});
    new Crew(schedule, options, blueprint.bytes(), listener).work();
    sources.requireUnchanged();
    return found.first();
  }
}
