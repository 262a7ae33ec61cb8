package org.isomorph.convert.run;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Takes the room for a large new file before it is written.
 *
 * <p>Otherwise ext4 books each 4 KiB of a new file by themselves when they are written, and again
 * when they go to the disk: a fifth of what copying costs. Linux has a call for it, {@code
 * fallocate(2)}, and Java has none, so that it is linked here. Where that is not possible, a file
 * grows as it is written, as everywhere else; no byte of it depends on this.
 */
final class Preallocation {
  /** Smaller files are written sooner than this is linked. */
  private static final long LARGE = 64 << 20;

  /** A file of which less than one part in so many is holes; one of holes shall stay that. */
  private static final int HOLES_SHARE = 16;

  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  /** Null until it is linked, and where it cannot be. */
  private static volatile @Nullable MethodHandle fallocate;

  private static boolean begun;

  private Preallocation() {}

  /**
   * Links the call on a thread of its own: it takes some 20 ms, in which a plan can be made. May be
   * called often.
   */
  static synchronized void prepare() {
    if (begun || !isPossible()) return;
    begun = true;
    Thread.ofPlatform()
        .daemon()
        .name("isomorph-preallocation")
        .start(() -> fallocate = link().orElse(null));
  }

  /** Whether this is a Linux of 64 bits, and this module may call what is not Java. */
  private static boolean isPossible() {
    return System.getProperty("os.name").equals("Linux")
        && ADDRESS.byteSize() == Long.BYTES
        && Preallocation.class.getModule().isNativeAccessEnabled();
  }

  // The check above is what the annotation of restricted methods asks for.
  @SuppressWarnings("restricted")
  private static Optional<MethodHandle> link() {
    try {
      Linker linker = Linker.nativeLinker();
      FunctionDescriptor type =
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
      return linker
          .defaultLookup()
          .find("fallocate")
          .map(address -> linker.downcallHandle(address, type));
    } catch (UnsupportedOperationException otherProcessor) {
      return Optional.empty();
    }
  }

  /**
   * Lengthens an empty file to {@code size} bytes, for which there is room then.
   *
   * @param file open for writing in this process, and known to no other
   * @param stored how many of its bytes will be written
   * @return whether that was done; if not, the file may be as it was or of any length up to this
   */
  static boolean lengthen(Path file, long size, long stored) {
    if (size < LARGE || stored < size - size / HOLES_SHARE) return false;
    prepare();
    MethodHandle call = fallocate;
    if (call == null) return false;
    try {
      if (!Files.getFileStore(file).type().equals("ext4")) return false;
      OptionalInt descriptor = descriptor(file.toRealPath());
      return descriptor.isPresent()
          && (int) call.invokeExact(descriptor.getAsInt(), 0, 0L, size) == 0;
    } catch (IOException unknown) {
      return false; // Whatever is wrong, writing will find out and say it better.
    } catch (Throwable impossible) {
      throw new IllegalStateException("a call of C does not throw", impossible);
    }
  }

  /** The number by which this process has a file open; Java does not tell. */
  private static OptionalInt descriptor(Path file) throws IOException {
    try (DirectoryStream<Path> open = Files.newDirectoryStream(DESCRIPTORS)) {
      for (Path link : open)
        try {
          if (Files.readSymbolicLink(link).equals(file))
            return OptionalInt.of(Integer.parseInt(link.getFileName().toString()));
        } catch (IOException closed) {
          // By another thread, since the directory was read.
        }
    }
    return OptionalInt.empty();
  }
}
