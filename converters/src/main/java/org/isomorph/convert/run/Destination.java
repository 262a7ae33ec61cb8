package org.isomorph.convert.run;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Set;

/**
 * The directory that comes into being, and the sibling in which it is made.
 *
 * <p>Symbolic links are followed, also one that leads nowhere yet, so that a link stays a link and
 * what it names is what is made or replaced.
 */
record Destination(Path directory) {
  private static final int MOST_LINKS = 40;

  /** The destination that a person means by a path. */
  static Destination of(Path path) throws IOException {
    Path resolved = path.toAbsolutePath().normalize();
    for (int links = 0; Files.isSymbolicLink(resolved); links++) {
      if (links == MOST_LINKS)
        throw new RunException("destination " + path + " is a symbolic link to itself");
      resolved = resolved.resolveSibling(Files.readSymbolicLink(resolved)).normalize();
    }
    if (resolved.getFileName() == null)
      throw new RunException("destination " + path + " has no name of its own");
    if (Files.exists(resolved)) resolved = resolved.toRealPath();
    else resolved = real(resolved);
    return new Destination(resolved);
  }

  /** The real path of something of which perhaps only some ancestor exists. */
  private static Path real(Path path) throws IOException {
    Path parent = path.getParent();
    if (Files.exists(path) || parent == null) return path.toRealPath();
    return real(parent).resolve(path.getFileName());
  }

  /** Where the files are until all of them are finished. */
  Path partial() {
    return directory.resolveSibling(directory.getFileName() + ".partial");
  }

  /** Refuses a destination that is, holds, or lies in a directory that is read from. */
  void requireApartFrom(Set<Path> sources) throws IOException {
    for (Path source : sources) {
      for (Path used : Set.of(source.toRealPath(), directoryOf(source)))
        if (used.startsWith(directory) || used.startsWith(partial()))
          throw new RunException(
              "destination %s holds the source file %s; choose another destination"
                  .formatted(directory, source));
      if (directory.startsWith(directoryOf(source)))
        throw new RunException(
            "destination %s lies within the source directory %s; choose another destination"
                .formatted(directory, directoryOf(source)));
    }
  }

  private static Path directoryOf(Path source) throws IOException {
    Path parent = source.toAbsolutePath().getParent();
    return (parent == null ? source.toAbsolutePath() : parent).toRealPath();
  }

  /** Refuses a destination with something in it, unless that is to be replaced. */
  void requireReplaceable(boolean force) throws IOException {
    if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) return;
    if (!Files.isDirectory(directory))
      throw new RunException("destination " + directory + " is not a directory");
    if (!force && !isEmpty())
      throw new RunException(
          "destination %s is not empty; choose another one, or replace it with --force"
              .formatted(directory));
  }

  /** Whether the directory exists and has nothing in it. */
  boolean isEmpty() throws IOException {
    return Files.isDirectory(directory) && isEmpty(directory);
  }

  /** Whether a directory has nothing in it. */
  static boolean isEmpty(Path directory) throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      return !entries.iterator().hasNext();
    }
  }

  /** Refuses to begin what cannot end for want of space. */
  void requireSpace(long bytes) throws IOException {
    Path existing = directory;
    while (!Files.exists(existing)) {
      Path parent = existing.getParent();
      if (parent == null) return;
      existing = parent;
    }
    FileStore store = Files.getFileStore(existing);
    long usable = store.getUsableSpace();
    if (usable < bytes)
      throw new RunException(
          "not enough space for %s on %s: expected %s (%d bytes), found %s (%d bytes)"
              .formatted(
                  directory,
                  store.name(),
                  Failures.size(bytes),
                  bytes,
                  Failures.size(usable),
                  usable));
  }
}
