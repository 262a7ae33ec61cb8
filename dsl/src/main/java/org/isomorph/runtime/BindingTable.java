package org.isomorph.runtime;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.isomorph.runtime.StoredWeight.Dim;
import org.isomorph.runtime.StoredWeight.Part;
import org.isomorph.tensor.DType;

/**
 * How each parameter is made of what the sources hold, as the flat list of integers that the
 * loader's script runs through: a call for each tensor would take longer than all the rest.
 *
 * <pre>
 *   0 index                                              the same as an earlier one
 *   1 source dtype offset rank dims... strides...        a view of the source
 *   2 dtype rank dims... parts                           made, of this many parts:
 *     source offset bytes to rank extents... from... to...
 * </pre>
 *
 * <p>Offsets count elements and {@code bytes} is 0, except for a part that is not aligned: its
 * {@code offset} counts bytes, and so many of them are copied to where they are.
 */
final class BindingTable {
  private static final int SHARED = 0;
  private static final int VIEW = 1;
  private static final int MADE = 2;

  private final Sources sources;
  private final DType run;
  private final boolean inPlace;
  private final Map<StoredWeight, Integer> bound = new HashMap<>();
  private long[] codes = new long[1024];
  private int length;
  private int count;
  private long viewedBytes;
  private long madeBytes;

  /**
   * An empty table.
   *
   * @param run the dtype that parameters are to have
   * @param inPlace whether they can stay where they are: the device is the processor
   */
  BindingTable(Sources sources, DType run, boolean inPlace) {
    this.sources = sources;
    this.run = run;
    this.inPlace = inPlace;
  }

  /** Appends the next parameter. */
  void add(String name, StoredWeight weight) {
    Integer same = bound.putIfAbsent(weight, count++);
    if (same != null) {
      code(SHARED, same);
      return;
    }
    check(name, weight);
    Optional<long[]> strides = weight.dtype() == run ? Views.strides(weight) : Optional.empty();
    if (strides.isPresent()) view(weight, strides.get());
    else made(weight);
    boolean viewed =
        strides.isPresent()
            && inPlace
            && weight.parts().getFirst().source() instanceof StoredWeight.Source.File;
    if (viewed) viewedBytes += run.bytes(weight.shape().elements());
    else madeBytes += run.bytes(weight.shape().elements());
  }

  private void view(StoredWeight weight, long[] strides) {
    Part part = weight.parts().getFirst();
    code(VIEW, sources.number(part.source()), ScalarTypes.of(weight.dtype()));
    code(part.offset() / weight.dtype().width(), weight.shape().rank());
    code(weight.shape().dims());
    code(strides);
  }

  private void made(StoredWeight weight) {
    int width = weight.dtype().width();
    code(MADE, ScalarTypes.of(weight.dtype()), weight.shape().rank());
    code(weight.shape().dims());
    code(weight.parts().size());
    for (Part part : weight.parts()) {
      boolean aligned = part.offset() % width == 0;
      code(sources.number(part.source()), aligned ? part.offset() / width : part.offset());
      code(aligned ? 0 : (part.lastFrom() + 1) * width, part.to(), part.dims().size());
      for (Dim dim : part.dims()) code(dim.extent());
      for (Dim dim : part.dims()) code(dim.fromStride());
      for (Dim dim : part.dims()) code(dim.toStride());
    }
  }

  /** What libtorch would not notice, or only by dying. */
  private void check(String name, StoredWeight weight) {
    switch (weight.dtype()) {
      case F16, BF16, F32, F64 -> {}
      default ->
          throw new RunException(
              "parameter %s: stored as %s, expected F64, F32, F16 or BF16"
                  .formatted(name, weight.dtype()));
    }
    long elements = 0;
    for (Part part : weight.parts()) {
      elements = Math.addExact(elements, part.elements());
      long end =
          Math.addExact(part.offset(), weight.dtype().bytes(Math.addExact(part.lastFrom(), 1)));
      if (end > sources.bytes(part.source()))
        throw new RunException(
            "parameter %s: ends at byte %d of %s, which has %d bytes; is the file cut short?"
                .formatted(name, end, described(part.source()), sources.bytes(part.source())));
      if (part.lastTo() >= weight.shape().elements())
        throw new RunException(
            "parameter %s: element %d is outside its shape %s"
                .formatted(name, part.lastTo(), weight.shape()));
    }
    if (elements != weight.shape().elements())
      throw new RunException(
          "parameter %s: %d elements are stored, its shape %s has %d"
              .formatted(name, elements, weight.shape(), weight.shape().elements()));
  }

  private static String described(StoredWeight.Source source) {
    return switch (source) {
      case StoredWeight.Source.File file -> file.path().toString();
      case StoredWeight.Source.Memory _ -> "a tensor in memory";
    };
  }

  private void code(long... values) {
    if (length + values.length > codes.length)
      codes = Arrays.copyOf(codes, Math.max(2 * codes.length, length + values.length));
    System.arraycopy(values, 0, codes, length, values.length);
    length += values.length;
  }

  long[] codes() {
    return Arrays.copyOf(codes, length);
  }

  /** Bytes of parameters that stay where they are. */
  long viewedBytes() {
    return viewedBytes;
  }

  /** Bytes of parameters that are made or copied. */
  long madeBytes() {
    return madeBytes;
  }
}
