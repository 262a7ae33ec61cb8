package org.isomorph.convert.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.isomorph.convert.Blueprint;

/**
 * The source files as they were when an execution began: size and time of last change.
 *
 * <p>Part of what a partial directory was made from, so that files written from an older source are
 * never kept beside files written from a newer one.
 */
final class SourceStates {
  private record State(long size, FileTime changed) {
    static State of(Path file) throws IOException {
      try {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        if (!attributes.isRegularFile())
          throw new RunException("source " + file + " is not a file");
        return new State(attributes.size(), attributes.lastModifiedTime());
      } catch (RunException explained) {
        throw explained;
      } catch (IOException failure) {
        throw new RunException("cannot read source " + Failures.reason(failure), failure);
      }
    }
  }

  private final Map<Path, State> states = new TreeMap<>();

  private SourceStates() {}

  /** The states of all files that a blueprint reads, now. */
  static SourceStates of(Blueprint blueprint) throws IOException {
    SourceStates sources = new SourceStates();
    for (Blueprint.File file : blueprint.files())
      for (Blueprint.Task task : file.tasks())
        for (Path path : task.sources().flatMap(Blueprint.Source::files).toList())
          sources.add(path);
    for (Blueprint.Carried carried : blueprint.carried()) sources.add(carried.source());
    return sources;
  }

  private void add(Path file) throws IOException {
    if (!states.containsKey(file)) states.put(file, State.of(file));
  }

  Set<Path> files() {
    return states.keySet();
  }

  /** The size of a file, in bytes. */
  long size(Path file) {
    return state(file).size;
  }

  /** Checks that a file has this many bytes or more. */
  void require(Path file, long bytes) throws RunException {
    if (size(file) < bytes)
      throw new RunException(
          "source file %s is cut short: expected at least %d bytes, found %d; fetch it again"
              .formatted(file, bytes, size(file)));
  }

  /** Checks that no file has changed since. */
  void requireUnchanged() throws IOException {
    for (Path file : files()) {
      State now = State.of(file);
      if (!now.equals(state(file)))
        throw new RunException(
            ("source file %s changed while it was converted: expected %d bytes of %s,"
                    + " found %d bytes of %s; run again")
                .formatted(file, state(file).size, state(file).changed, now.size, now.changed));
    }
  }

  private State state(Path file) {
    State state = states.get(file);
    if (state == null) throw new IllegalArgumentException("not a source: " + file);
    return state;
  }

  /** One line a file. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    states.forEach((file, state) ->
        text.append(state.size)
            .append(' ')
            .append(state.changed)
            .append(' ')
            .append(file.toAbsolutePath())
            .append(System.lineSeparator()));
    return text.toString();
  }
}
