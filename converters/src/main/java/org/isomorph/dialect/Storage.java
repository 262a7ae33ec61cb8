package org.isomorph.dialect;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.isomorph.sharding.StoredTensors;
import org.isomorph.spec.Model;

/**
 * A way of keeping checkpoints in directories that is a family's own: neither a configuration
 * beside the weights, nor weights under the names by which the family's table has them.
 */
public interface Storage {
  /**
   * Opens a directory, if it is of this kind. It is asked of every directory, so it looks at few
   * names first; of the files only headers are read.
   *
   * @throws org.isomorph.tensorfile.TensorFileException if it is of this kind, and malformed
   */
  Optional<Kept> open(Path directory) throws IOException;

  /** Whether a file of the directory is part of the checkpoint: others are carried along. */
  boolean owns(String file);

  /** The files of a directory, opened. */
  interface Kept {
    /** The configuration that the files have in them, if they have one. */
    Optional<Config> config();

    /**
     * The tensors of the family's table, and which elements of which files they are.
     *
     * @param model the model that the files are of
     * @param table the family's table for it
     * @throws org.isomorph.tensorfile.TensorFileException if they are of another, or not whole
     */
    StoredTensors tensors(Model model, Table table);
  }
}
