package org.isomorph.sharding;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.isomorph.layout.Box;
import org.isomorph.layout.Piece;
import org.isomorph.layout.Restriction;
import org.isomorph.layout.Runs;
import org.isomorph.tensor.Tensor;
import org.isomorph.tensor.TensorInfo;
import org.isomorph.tensorfile.StoredTensor;
import org.isomorph.tensorfile.TensorSource;

/**
 * A logical tensor as a source: put together, as it is read, from wherever its elements are.
 *
 * @param info its name, dtype and shape
 * @param pieces which elements of which sources it has; together they are each of its elements once
 */
public record LogicalTensor(TensorInfo info, List<Piece<TensorSource, String>> pieces)
    implements TensorSource {
  public LogicalTensor {
    pieces = List.copyOf(pieces);
  }

  @Override
  public List<StoredTensor> files() {
    return pieces.stream().flatMap(piece -> piece.source().files().stream()).distinct().toList();
  }

  @Override
  public Optional<String> making() {
    return pieces.stream().flatMap(piece -> piece.source().making().stream()).findFirst();
  }

  @Override
  public ElementReader open(StoredBytes files) {
    Map<TensorSource, ElementReader> readers = new HashMap<>();
    for (Piece<TensorSource, String> piece : pieces)
      readers.computeIfAbsent(piece.source(), source -> source.open(files));
    int width = dtype().width();
    return (first, target) -> {
      long end = first + target.byteSize() / width;
      for (Piece<TensorSource, String> piece : pieces) {
        ElementReader reader = readers.get(piece.source());
        if (reader == null) throw new IllegalStateException(piece + " has no reader");
        for (Box part : Restriction.ofTarget(piece.box(), first, end))
          Runs.all(
              part,
              (from, to, length) -> {
                reader.read(from, target.asSlice((to - first) * width, length * width));
                return true;
              });
      }
    };
  }

  /** What tells it from any other, and is quickly made: there are ninety thousand of them. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(info.toString());
    for (Piece<TensorSource, String> piece : pieces) {
      if (piece.source() instanceof StoredTensor stored)
        text.append(' ').append(stored.file()).append('@').append(stored.begin());
      else text.append(' ').append(piece.source());
      text.append(' ').append(piece.box());
    }
    return text.toString();
  }

  /** All of it, in memory. */
  public Tensor read(StoredBytes files) throws IOException {
    byte[] data = new byte[Math.toIntExact(info.bytes())];
    open(files).read(0, MemorySegment.ofArray(data));
    return Tensor.of(dtype(), shape(), MemorySegment.ofArray(data));
  }
}
