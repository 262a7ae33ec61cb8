package org.isomorph.tensorfile;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A tensor file that breaks its format, or a request that the file cannot serve.
 *
 * <p>The message names the file, the tensor where one is at fault, what was expected and what was
 * found. It is not an {@link java.io.IOException}: reading again does not help, another file does.
 */
public final class TensorFileException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** An exception with this message. */
  public TensorFileException(String message) {
    super(message);
  }

  /** An exception with this message, because of {@code cause}. */
  public TensorFileException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** A problem of a whole file. */
  public static TensorFileException in(Path file, String problem) {
    return new TensorFileException(file + ": " + problem);
  }

  /** A problem of one tensor of a file. */
  public static TensorFileException in(Path file, String tensor, String problem) {
    return in(file, "tensor " + Names.quoted(tensor) + ": " + problem);
  }
}
