package org.isomorph.convert.run;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.isomorph.convert.Blueprint;

/**
 * The directory {@code DST.partial}, locked: what is known of an execution until it is over.
 *
 * <pre>
 *   lock       held by the process that writes
 *   plan       what is being made: version, the blueprint's digest, the state of each source
 *   journal    one line for each finished large file: size, path; at the end "complete"
 *   files/     what becomes DST
 *   replaced/  what was DST, while another directory takes its place
 * </pre>
 *
 * <p>Every step leaves a state that {@link #begin} understands, whichever is the last one: a
 * journal never names a file that is not finished, {@code files} becomes DST by one rename, and
 * {@code replaced} becomes DST again wherever there is none.
 */
final class Partial implements Closeable {
  private static final String VERSION = "isomorph execution 1";
  private static final Set<String> OURS =
      Set.of("lock", "plan", "plan.new", "journal", "files", "replaced");

  private final Destination destination;
  private final Path root;
  private final Lock lock;
  private final Steps steps;
  private final Journal journal;

  private Partial(Destination destination, Lock lock, Steps steps) {
    this.destination = destination;
    this.root = destination.partial();
    this.lock = lock;
    this.steps = steps;
    this.journal = new Journal(root.resolve("journal"));
  }

  /** Makes the directory, if there is none, and locks it. */
  static Partial lock(Destination destination, Steps steps) throws IOException {
    Path root = destination.partial();
    requireOurs(root);
    Lock lock = Lock.acquire(root, destination.directory());
    return new Partial(destination, lock, steps);
  }

  private static void requireOurs(Path root) throws IOException {
    if (!Files.exists(root)) return;
    if (!Files.isDirectory(root))
      throw new RunException(root + " is in the way: move it, or choose another destination");
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(root)) {
      for (Path entry : entries)
        if (!OURS.contains(entry.getFileName().toString()))
          throw new RunException(
              "%s was not made by a conversion: it holds %s; move it, or choose another destination"
                  .formatted(root, entry.getFileName()));
    } catch (NoSuchFileException gone) {
      // Another process has just finished; locking will tell.
    }
  }

  /** What an earlier execution has left behind. */
  enum Remains {
    /** Nothing. */
    NONE,
    /** Files of the same plan, to go on from. */
    RESUMABLE,
    /** Files of another plan, which are deleted by now. */
    STALE,
    /** The same plan was carried out, and only cleaning up was left. */
    COMPLETE
  }

  /** Recovers from whatever state the directory is in, and makes it ready for this blueprint. */
  Remains begin(Blueprint blueprint, SourceStates sources) throws IOException {
    steps.reached("locked");
    Path replaced = root.resolve("replaced");
    if (Files.exists(replaced) && !Files.exists(destination.directory())) {
      Files.move(replaced, destination.directory(), ATOMIC_MOVE);
      steps.reached("restored");
    }
    Path plan = root.resolve("plan");
    String wanted =
        String.join(System.lineSeparator(), VERSION, blueprint.digest(), sources.toString());
    String found = Files.exists(plan) ? Files.readString(plan) : "";
    boolean same = found.equals(wanted);
    if (same && journal.isComplete() && !Files.exists(files()) && holds(blueprint, sources))
      return Remains.COMPLETE;
    if (same && Files.isDirectory(files())) {
      keepOnly(journal.finished());
      return Remains.RESUMABLE;
    }
    boolean stale = Files.exists(files());
    // The journal first: without it, nothing counts as finished.
    journal.delete();
    steps.reached("journal deleted");
    Tree.delete(files());
    steps.reached("files deleted");
    Path next = root.resolve("plan.new");
    Files.writeString(next, wanted);
    Files.move(next, plan, ATOMIC_MOVE, REPLACE_EXISTING);
    steps.reached("planned");
    Files.createDirectories(files());
    steps.reached("begun");
    return stale ? Remains.STALE : Remains.NONE;
  }

  private boolean holds(Blueprint blueprint, SourceStates sources) throws IOException {
    Path directory = destination.directory();
    for (Blueprint.File file : blueprint.files())
      if (!isFile(directory.resolve(file.name()), file.size())) return false;
    for (Blueprint.Small file : blueprint.small())
      if (!isFile(directory.resolve(file.name()), file.content().size())) return false;
    for (Blueprint.Carried file : blueprint.carried())
      if (!isFile(directory.resolve(file.name()), sources.size(file.source()))) return false;
    return Files.isDirectory(directory);
  }

  /** Deletes what is half-written, so that its space is free again. */
  private void keepOnly(Map<String, Long> finished) throws IOException {
    keepOnly(files(), "", finished);
  }

  private static void keepOnly(Path directory, String prefix, Map<String, Long> finished)
      throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        String name = prefix + entry.getFileName();
        Long size = finished.get(name);
        if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
          keepOnly(entry, name + "/", finished);
          if (Destination.isEmpty(entry)) Files.delete(entry);
        } else if (size == null || !isFile(entry, size)) Tree.delete(entry);
      }
    }
  }

  private static boolean isFile(Path file, long size) throws IOException {
    return Files.isRegularFile(file) && Files.size(file) == size;
  }

  /** Where files are written. */
  Path files() {
    return root.resolve("files");
  }

  /** Where a file is written; the directories that it lies in are there. */
  Path place(String name) throws IOException {
    Path place = files().resolve(name);
    Files.createDirectories(place.resolveSibling(""));
    return place;
  }

  /** Whether an earlier execution has finished a file. */
  boolean hasFinished(Blueprint.File file) throws IOException {
    Long size = journal.finished().get(file.name());
    return size != null && size == file.size() && isFile(files().resolve(file.name()), size);
  }

  /** Takes note that a large file is finished. */
  void finished(Blueprint.File file) throws IOException {
    steps.reached("written " + file.name());
    journal.finished(file.name(), file.size());
    steps.reached("finished " + file.name());
  }

  /** Puts the files in the destination's place, and what was there aside until that is done. */
  void putInPlace() throws IOException {
    journal.complete();
    steps.reached("complete");
    Path directory = destination.directory();
    Tree.delete(root.resolve("replaced"));
    if (destination.isEmpty()) Files.delete(directory);
    else if (Files.exists(directory)) Files.move(directory, root.resolve("replaced"), ATOMIC_MOVE);
    steps.reached("aside");
    Files.move(files(), directory, ATOMIC_MOVE);
    steps.reached("placed");
  }

  /** Deletes this directory: the end of an execution, or of one that wrote nothing. */
  void delete() throws IOException {
    Tree.delete(root.resolve("replaced"));
    steps.reached("replaced deleted");
    Tree.delete(files());
    journal.delete();
    steps.reached("journal deleted");
    Files.deleteIfExists(root.resolve("plan.new"));
    Files.deleteIfExists(root.resolve("plan"));
    steps.reached("plan deleted");
    lock.delete();
    steps.reached("lock deleted");
    try {
      Files.deleteIfExists(root);
    } catch (DirectoryNotEmptyException next) {
      // The next execution has begun already, between the two lines above.
    }
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }
}
