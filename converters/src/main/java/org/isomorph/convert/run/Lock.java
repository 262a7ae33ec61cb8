package org.isomorph.convert.run;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The right to write into a partial directory; the operating system takes it back from a process
 * that dies.
 */
final class Lock implements Closeable {
  /**
   * What this process holds. Locks belong to processes, not threads, and closing any channel on a
   * locked file gives its lock away, so a second attempt here must not touch the file.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private static final int ATTEMPTS = 100;

  private final Path file;
  private final FileChannel channel;

  private Lock(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /** Makes a directory, if there is none, and locks it. */
  static Lock acquire(Path directory, Path destination) throws IOException {
    Path file = directory.resolve("lock");
    if (!HELD.add(file)) throw taken(destination, file);
    boolean acquired = false;
    try {
      for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        FileChannel channel = attempt(directory, destination, file);
        acquired = channel != null;
        if (channel != null) return new Lock(file, channel);
      }
      throw taken(destination, file);
    } finally {
      if (!acquired) HELD.remove(file);
    }
  }

  /** The locked channel, or null if the holder was just deleting the directory: try again. */
  private static @Nullable FileChannel attempt(Path directory, Path destination, Path file)
      throws IOException {
    create(directory);
    FileChannel channel = null;
    boolean locked = false;
    try {
      Object before = create(file, directory);
      channel = FileChannel.open(file, StandardOpenOption.WRITE);
      FileLock lock = channel.tryLock();
      if (lock == null) throw taken(destination, file);
      // What is locked must be what others will find under this name.
      locked = Objects.equals(before, key(file));
      return locked ? channel : null;
    } catch (NoSuchFileException gone) {
      return null;
    } finally {
      if (channel != null && !locked) channel.close();
    }
  }

  private static void create(Path directory) throws RunException {
    try {
      Files.createDirectories(directory);
    } catch (IOException failure) {
      throw new RunException(
          "cannot create %s: %s; choose a destination that can be written"
              .formatted(directory, Failures.reason(failure)),
          failure);
    }
  }

  private static @Nullable Object create(Path file, Path directory) throws IOException {
    try {
      Files.createFile(file);
    } catch (FileAlreadyExistsException _) {
      // An execution is running, or was interrupted.
    } catch (NoSuchFileException gone) {
      throw gone;
    } catch (IOException failure) {
      throw new RunException(
          "cannot write into %s: %s; choose a destination that can be written"
              .formatted(directory, Failures.reason(failure)),
          failure);
    }
    return key(file);
  }

  private static @Nullable Object key(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
  }

  private static RunException taken(Path destination, Path file) {
    return new RunException(
        "another conversion is writing %s: it holds %s; wait for it, or choose another destination"
            .formatted(destination, file));
  }

  /** Deletes the lock's file while it is held, so that nobody else can lock what is deleted. */
  void delete() throws IOException {
    Files.deleteIfExists(file);
  }

  @Override
  public void close() throws IOException {
    channel.close();
    HELD.remove(file);
  }
}
