package org.isomorph.megatron.execution;

import org.isomorph.tensorfile.TensorFileException;

/** The state that one process loads into the modules of one chunk. */
interface RankState {
  /**
   * What is loaded into a parameter.
   *
   * @throws TensorFileException if there is none, or of another shape
   */
  Weight weight(Parameter parameter);

  /**
   * Called when all modules have what they need.
   *
   * @throws TensorFileException if there is more: Megatron refuses keys that no module has
   */
  void loaded();
}
