package org.isomorph.convert.run;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the operating system's errors mean, in words. */
final class Failures {
  private Failures() {}

  /** The file and what is wrong with it; Java's messages often are the file alone. */
  static String reason(IOException failure) {
    String what =
        switch (failure) {
          case AccessDeniedException _ -> "permission denied";
          case NoSuchFileException _ -> "no such file";
          case FileAlreadyExistsException _ -> "a file of this name exists";
          default -> null;
        };
    String message = String.valueOf(failure.getMessage());
    String file = failure instanceof FileSystemException named ? named.getFile() : null;
    if (what == null || file == null) return message;
    return file + ": " + what;
  }

  /**
   * The operating system's words, if a failure or what caused it is that no more can be written.
   */
  static Optional<String> full(Throwable failure) {
    for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause())
      if (cause instanceof IOException && says(cause.getMessage()) && cause.getCause() == null)
        return Optional.of(String.valueOf(cause.getMessage()));
    return Optional.empty();
  }

  private static boolean says(@Nullable String message) {
    if (message == null) return false;
    String text = message.toLowerCase(Locale.ROOT);
    return text.contains("no space left") // ENOSPC
        || text.contains("file too large") // EFBIG: a limit of the process or the file system
        || text.contains("quota exceeded") // EDQUOT
        || text.contains("not enough space"); // Windows
  }

  /** A number of bytes for a person: {@code 1.7 GB}, as disks are sold. */
  static String size(long bytes) {
    if (bytes < 1000) return bytes + " bytes";
    double value = bytes;
    int unit = -1;
    while (value >= 999.95) {
      value /= 1000;
      unit++;
    }
    return String.format(Locale.ROOT, "%.1f %s", value, Units.NAMES[unit]);
  }

  private static final class Units {
    static final String[] NAMES = {"kB", "MB", "GB", "TB", "PB", "EB"};
  }
}
