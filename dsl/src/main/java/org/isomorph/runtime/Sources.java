package org.isomorph.runtime;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.isomorph.runtime.StoredWeight.Part;
import org.isomorph.runtime.StoredWeight.Source;

/** The files and the memory that weights are bound to, numbered: files first, then memory. */
final class Sources {
  /** A file as it was when it was mapped. */
  record Mapped(Path path, long bytes, FileTime modified) {}

  private final List<Mapped> files = new ArrayList<>();
  private final List<MemorySegment> memory = new ArrayList<>();
  private final Map<Source, Integer> numbers = new HashMap<>();

  /** The sources of these weights, in order of first appearance. */
  static Sources of(List<StoredWeight> weights) {
    Sources sources = new Sources();
    for (StoredWeight weight : weights) for (Part part : weight.parts()) sources.add(part.source());
    return sources;
  }

  private void add(Source source) {
    if (numbers.containsKey(source)) return;
    switch (source) {
      case Source.File(Path path) -> {
        numbers.put(source, files.size());
        files.add(look(path));
      }
      case Source.Memory(MemorySegment data) -> {
        // Its number counts from 0 here, and from behind the files outside.
        numbers.put(source, memory.size());
        memory.add(data);
      }
    }
  }

  private static Mapped look(Path path) {
    try {
      BasicFileAttributes found = Files.readAttributes(path, BasicFileAttributes.class);
      if (!found.isRegularFile())
        throw new RunException(path + ": expected a file with weights, found a folder");
      return new Mapped(path, found.size(), found.lastModifiedTime());
    } catch (IOException missing) {
      throw new RunException(path + ": expected a file with weights, cannot read it", missing);
    }
  }

  int number(Source source) {
    Integer number = numbers.get(source);
    if (number == null) throw new IllegalArgumentException(source + " is not among the sources");
    return source instanceof Source.File ? number : files.size() + number;
  }

  long bytes(Source source) {
    return switch (source) {
      case Source.File _ -> files.get(number(source)).bytes();
      case Source.Memory(MemorySegment data) -> data.byteSize();
    };
  }

  List<Mapped> files() {
    return files;
  }

  List<MemorySegment> memory() {
    return memory;
  }

  /**
   * Refuses files that another program has written to since: what is mapped changes with them, and
   * reading behind the end of one that was cut short kills the process.
   */
  void requireUnchanged() {
    for (Mapped file : files)
      if (!look(file.path()).equals(file))
        throw new RunException(
            file.path()
                + ": the file was changed while its weights were in use: open the model again");
  }
}
