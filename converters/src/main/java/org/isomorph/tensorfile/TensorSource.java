package org.isomorph.tensorfile;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.TensorInfo;

/**
 * A tensor whose elements can be read: those of a file ({@link StoredTensor}), or made of such as
 * they are read, such as the bfloat16 that stands for 8-bit numbers and their scales.
 *
 * <p>Sources are values: two that are equal read the same elements, as long as files stay as they
 * are, and {@code toString} tells any two others apart.
 */
public interface TensorSource {
  /** Its name, dtype and shape. */
  TensorInfo info();

  /** The tensors in files that reading it reads. */
  List<StoredTensor> files();

  /**
   * Opens it for reading by one thread.
   *
   * @param files reads bytes of {@link #files}
   */
  ElementReader open(StoredBytes files);

  /** Reads bytes of stored tensors, perhaps from files that it keeps open. */
  @FunctionalInterface
  interface StoredBytes {
    /** Files that are opened for each read. */
    StoredBytes DIRECT = StoredTensor::read;

    /** Fills {@code target} with the bytes of {@code tensor} from byte {@code offset} on. */
    void read(StoredTensor tensor, long offset, MemorySegment target) throws IOException;
  }

  /** Reads elements in row-major order. It may keep what it read before; for one thread. */
  @FunctionalInterface
  interface ElementReader {
    /**
     * Fills {@code target} with elements in the source's dtype, from element {@code first} on. The
     * dtype's elements have whole bytes, and {@code target} is a multiple of their width.
     */
    void read(long first, MemorySegment target) throws IOException;
  }

  /**
   * How its elements are made of stored ones and rounded, in words that a plan can print; empty for
   * elements that are stored as they are.
   */
  default Optional<String> making() {
    return Optional.empty();
  }

  /** What it is called. */
  default String name() {
    return info().name();
  }

  /** The type of the elements. */
  default DType dtype() {
    return info().dtype();
  }

  /** The extents, outermost first. */
  default Shape shape() {
    return info().shape();
  }
}
