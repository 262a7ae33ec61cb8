package org.isomorph.runtime;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.Tensor;

/**
 * Where the elements of a parameter are: pieces of files or of memory, in any order and layout.
 *
 * <p>Together the parts have each element of the dense row-major parameter exactly once. A
 * parameter without elements has no parts.
 *
 * <table>
 *   <caption>A float32 parameter of shape [2, 3] whose file begins with its elements at byte 0</caption>
 *   <tr><th>stored as</th><th>part</th></tr>
 *   <tr><td>the same</td><td>{@code offset 0, to 0, (6: 1 -> 1)}</td></tr>
 *   <tr><td>the transpose, [3, 2]</td><td>{@code offset 0, to 0, (2: 1 -> 3) (3: 2 -> 1)}</td></tr>
 *   <tr><td>rows 4 and 5 of a matrix [9, 3]</td><td>{@code offset 48, to 0, (6: 1 -> 1)}</td></tr>
 *   <tr><td>the second column apart, at byte 100</td>
 *       <td>{@code offset 0, to 0, (2: 2 -> 3) (2: 1 -> 2)} and {@code offset 100, to 1, (2: 1 -> 3)}</td></tr>
 * </table>
 *
 * @param dtype the type of the stored elements
 * @param shape the parameter's shape
 * @param parts where its elements are
 */
public record StoredWeight(DType dtype, Shape shape, List<Part> parts) {
  public StoredWeight {
    parts = List.copyOf(parts);
  }

  /**
   * The elements, read: a tensor of F32 in memory.
   *
   * @throws RunException if a file is missing, or shorter than it should be
   */
  public Tensor tensor() {
    try (BoundWeights bound =
        BoundWeights.bind(_ -> this, List.of("weight"), DType.F32, Device.CPU)) {
      return bound.tensors().elements().getFirst().tensor();
    }
  }

  /** What holds elements. */
  public sealed interface Source {
    /** A file, little-endian. */
    record File(Path path) implements Source {}

    /** Memory, little-endian; it stays the giver's, and is copied. */
    record Memory(MemorySegment data) implements Source {}
  }

  /**
   * For all {@code 0 <= i[k] < dims[k].extent}, element {@code to + sum i[k] * dims[k].toStride} of
   * the parameter is the stored element {@code sum i[k] * dims[k].fromStride}, counted from byte
   * {@code offset}.
   *
   * @param source the file or the memory
   * @param offset the byte of the source at which the elements of index 0 begin
   * @param to the parameter's element of index 0
   * @param dims outermost (largest {@code toStride}) first; none for a single element
   */
  public record Part(Source source, long offset, long to, List<Dim> dims) {
    public Part {
      if (offset < 0 || to < 0)
        throw new IllegalArgumentException("negative offset: byte " + offset + " -> " + to);
      dims = List.copyOf(dims);
    }

    public Part(Path file, long offset, long to, List<Dim> dims) {
      this(new Source.File(file), offset, to, dims);
    }

    /** The number of elements. */
    public long elements() {
      return dims.stream().mapToLong(Dim::extent).reduce(1, Math::multiplyExact);
    }

    /** The last element that is read, counted from {@code offset}. */
    long lastFrom() {
      return dims.stream().mapToLong(Dim::fromSpan).reduce(0, Math::addExact);
    }

    /** The last element of the parameter that is written. */
    long lastTo() {
      return dims.stream().mapToLong(Dim::toSpan).reduce(to, Math::addExact);
    }
  }

  /**
   * So many steps, each so far in the source and so far in the parameter.
   *
   * @param extent the number of indices, at least 1
   * @param fromStride stored elements a step; 0 where one element feeds several
   * @param toStride the parameter's elements a step
   */
  public record Dim(long extent, long fromStride, long toStride) {
    public Dim {
      if (extent < 1 || fromStride < 0 || toStride < 0)
        throw new IllegalArgumentException(
            "not a dim: (%d: %d -> %d)".formatted(extent, fromStride, toStride));
    }

    long fromSpan() {
      return Math.multiplyExact(extent - 1, fromStride);
    }

    long toSpan() {
      return Math.multiplyExact(extent - 1, toStride);
    }
  }
}
