package org.isomorph.convert.run;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** Directories with all that is in them. */
final class Tree {
  private Tree() {}

  /** Deletes a file, a link (not what it leads to), or a directory; nothing if there is none. */
  static void delete(Path path) throws IOException {
    if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
        for (Path entry : entries) delete(entry);
      }
    Files.deleteIfExists(path);
  }
}
