package org.isomorph.tensorfile;

import java.util.Optional;
import org.isomorph.tensorfile.pickle.PickleValue;

/**
 * What a torch file holds, in either of its formats: a pickle, and the places of the storages that
 * it refers to.
 *
 * @param pickle the pickle's value
 * @param storages where storages are
 */
record TorchContent(PickleValue pickle, Storages storages) {
  /** Finds storages by the keys that a pickle refers to them by. */
  interface Storages {
    /** The bytes of a storage, if the file has it. */
    Optional<Range> find(String key);
  }

  /**
   * Bytes of a file.
   *
   * @param begin the position in the file of the first one
   * @param end the position in the file behind the last one
   */
  record Range(long begin, long end) {
    long bytes() {
      return end - begin;
    }
  }
}
