package org.isomorph.sharding;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.isomorph.layout.Box;
import org.isomorph.layout.Mapping;
import org.isomorph.layout.Piece;
import org.isomorph.tensor.TensorInfo;
import org.isomorph.tensorfile.FixedBytes;
import org.isomorph.tensorfile.Seal;

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

  /** Files each of whose entries is one logical tensor, whole and of the same name. */
  static WrittenTensors whole(List<File> files, Map<String, String> texts) {
    List<Piece<String, Entry>> pieces = new ArrayList<>();
    for (File file : files)
      for (Entry entry : file.entries()) {
        long elements = entry.info().shape().elements();
        if (elements > 0)
          pieces.add(new Piece<>(entry.info().name(), entry, Box.run(0, 0, elements)));
      }
    return new WrittenTensors(files, texts, new Mapping<>(pieces));
  }

  /**
   * A file.
   *
   * @param name its path within the directory, with {@code /}
   * @param size the whole length in bytes
   * @param fixed what is not data, such as a header
   * @param seals checksums that are written when all else is
   * @param entries the tensors in it
   */
  public record File(
      String name, long size, List<FixedBytes> fixed, List<Seal> seals, List<Entry> entries) {
    public File {
      fixed = List.copyOf(fixed);
      seals = List.copyOf(seals);
      entries = List.copyOf(entries);
    }
  }

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
