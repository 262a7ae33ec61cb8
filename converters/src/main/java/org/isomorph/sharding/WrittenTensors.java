package org.isomorph.sharding;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import org.isomorph.layout.Mapping;
import org.isomorph.tensor.TensorInfo;

/**
 * Files that are to be written, and which of their elements are which of the logical tensors'.
 *
 * @param files the files, in the order of the tensors
 * @param texts small files that go with them, such as an index, by name
 * @param mapping from the logical tensors' elements to the elements in files; what it does not
 *     cover is padding, and zero
 */
public record WrittenTensors(
    List<File> files, Map<String, String> texts, Mapping<String, Entry> mapping) {
  public WrittenTensors {
    files = List.copyOf(files);
    texts = Map.copyOf(texts);
  }

  /**
   * A file.
   *
   * @param name a plain file name
   * @param header what comes before the data
   * @param size the whole length in bytes
   * @param entries the tensors in it
   */
  public record File(String name, MemorySegment header, long size, List<Entry> entries) {}

  /**
   * A tensor in a file.
   *
   * @param file the file's name
   * @param info the tensor as it is stored there
   * @param offset where its data begins, in bytes from the file's beginning
   */
  public record Entry(String file, TensorInfo info, long offset) {
    /** Where the data begins tells tensors apart: as the key of a large map, one hashes fast. */
    @Override
    public int hashCode() {
      return 31 * file.hashCode() + Long.hashCode(offset);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Entry that
          && offset == that.offset
          && file.equals(that.file)
          && info.equals(that.info);
    }
  }
}
