package org.isomorph.convert.run;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The append-only list of large files that are finished: a line is its size in bytes, a space, its
 * name. A last line without an end was being written when the process died, and does not count.
 */
final class Journal {
  private static final String COMPLETE = "complete";

  private final Path path;

  Journal(Path path) {
    this.path = path;
  }

  /** Name and size of each finished file. */
  Map<String, Long> finished() throws IOException {
    Map<String, Long> files = new LinkedHashMap<>();
    for (String line : lines()) {
      int space = line.indexOf(' ');
      if (space > 0) files.put(line.substring(space + 1), Long.valueOf(line.substring(0, space)));
    }
    return files;
  }

  /** Whether everything was written, and only the rename was left. */
  boolean isComplete() throws IOException {
    return lines().contains(COMPLETE);
  }

  void finished(String name, long size) throws IOException {
    append(size + " " + name);
  }

  void complete() throws IOException {
    append(COMPLETE);
  }

  void delete() throws IOException {
    Files.deleteIfExists(path);
  }

  private List<String> lines() throws IOException {
    if (!Files.exists(path)) return List.of();
    String text = Files.readString(path);
    return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
  }

  private void append(String line) throws IOException {
    // A torn line is ended first, so that it cannot become the beginning of this one.
    boolean torn = Files.exists(path) && !Files.readString(path).matches("(?s)|.*\n");
    byte[] bytes = ((torn ? "\n" : "") + line + "\n").getBytes(UTF_8);
    Files.write(path, bytes, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }
}
