package org.isomorph.convert;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import org.isomorph.tensorfile.StoredTensor;

/** Where single files are written: asked before any work is done. */
final class Destinations {
  private Destinations() {}

  /**
   * Checks that a file can be written there, and that it is none of those that a checkpoint is read
   * from.
   */
  static void check(Path file, Checkpoint checkpoint) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder))
      throw new ConversionRefused(file + ": there is no folder " + folder + "; make it first");
    if (Files.isDirectory(file))
      throw new ConversionRefused(file + ": expected the name of a file to write, found a folder");
    if (!Files.isWritable(folder))
      throw new ConversionRefused(file + ": files cannot be made in " + folder);
    if (!Files.exists(file)) return;
    Set<Path> weights =
        checkpoint.stored().storage().pieces().stream()
            .flatMap(piece -> piece.source().files().stream())
            .map(StoredTensor::file)
            .collect(Collectors.toSet());
    for (Path each : weights)
      if (Files.isSameFile(each, file))
        throw new ConversionRefused(file + ": this file holds weights of the model");
  }
}
