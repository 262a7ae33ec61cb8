package org.isomorph.convert;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.isomorph.runtime.StandaloneArchive;
import org.isomorph.tensor.DType;

/**
 * A checkpoint's model as one file that Python's torch and libtorch run without Isomorph.
 *
 * @param output the archive to write
 * @param inside whether its weights are in it; if not, it reads the checkpoint's files
 * @param dtype that it computes in: F32, BF16 or F64; empty for that of its weights
 */
public record FileCompile(Path output, boolean inside, Optional<DType> dtype) {
  /**
   * Writes the archive; it appears when it is whole.
   *
   * @throws ConversionRefused if it cannot be written where it should be
   * @throws org.isomorph.runtime.RunException if weights cannot be read
   */
  public void run(Checkpoint checkpoint) throws IOException {
    Destinations.check(output, checkpoint);
    CheckpointWeights weights = CheckpointWeights.of(checkpoint);
    if (inside) StandaloneArchive.write(output, checkpoint.model(), weights, dtype);
    else
      StandaloneArchive.writeUnbound(
          output, checkpoint.model(), weights, checkpoint.directory(), dtype);
  }
}
