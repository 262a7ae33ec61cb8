package org.isomorph.tensorfile;

import java.util.List;
import org.isomorph.tensor.TensorInfo;

/**
 * A tensor of a distributed checkpoint, and the parts of it that are stored apart. Together they
 * have each element once.
 *
 * @param info the whole tensor
 * @param chunks its parts, in the order of the checkpoint
 */
public record DistributedTensor(TensorInfo info, List<Chunk> chunks) {
  public DistributedTensor {
    chunks = List.copyOf(chunks);
  }

  /**
   * A part of a tensor.
   *
   * @param window which part it is
   * @param tensor its elements in a file, of the window's shape and the whole tensor's dtype and
   *     name
   */
  public record Chunk(Window window, TorchTensor tensor) {}
}
