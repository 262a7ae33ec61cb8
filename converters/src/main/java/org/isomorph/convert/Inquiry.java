package org.isomorph.convert;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.isomorph.layout.Piece;
import org.isomorph.layout.Runs;
import org.isomorph.tensorfile.TensorSource;
import org.isomorph.tensorfile.TensorSource.ElementReader;
import org.isomorph.tensorfile.TensorSource.StoredBytes;

/**
 * Answers questions about stored values by reading them as a stream, in bounded memory, and no
 * further than needed.
 */
final class Inquiry {
  private static final long CHUNK = 1 << 20;

  /** Most answers that are no are found at once, so little is read at first. */
  private static final long FIRST_CHUNK = 1 << 14;

  private final Map<TensorSource, ElementReader> readers = new HashMap<>();
  private long bytes;
  private long most = FIRST_CHUNK;

  private Inquiry() {}

  /** Whether what {@code query} asks is so. */
  static Evidence answer(Evidence.Query query) throws IOException {
    Inquiry inquiry = new Inquiry();
    boolean holds =
        switch (query) {
          case Evidence.Query.Zero zero -> inquiry.zero(zero.elements());
          case Evidence.Query.Same same -> inquiry.same(same.elements());
        };
    return new Evidence(query.question(), holds, inquiry.bytes);
  }

  private boolean zero(List<Piece<TensorSource, String>> pieces) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment chunk = arena.allocate(CHUNK);
      MemorySegment zeros = arena.allocate(CHUNK);
      for (Piece<TensorSource, String> piece : pieces)
        if (!Runs.all(
            piece.box(), (from, _, length) -> compare(piece.source(), from, length, chunk, zeros)))
          return false;
    }
    return true;
  }

  private boolean compare(
      TensorSource tensor, long element, long length, MemorySegment chunk, MemorySegment zeros)
      throws IOException {
    ElementReader reader = reader(tensor);
    long width = tensor.dtype().width();
    for (long at = element, end = element + length; at < end; ) {
      long size = next(end - at, width);
      reader.read(at, chunk.asSlice(0, size));
      bytes += size;
      if (chunk.asSlice(0, size).mismatch(zeros.asSlice(0, size)) >= 0) return false;
      at += size / width;
    }
    return true;
  }

  private boolean same(List<Piece<TensorSource, TensorSource>> pieces) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment left = arena.allocate(CHUNK);
      MemorySegment right = arena.allocate(CHUNK);
      for (Piece<TensorSource, TensorSource> piece : pieces) {
        if (piece.source().dtype() != piece.target().dtype()) return false;
        if (!Runs.all(
            piece.box(),
            (from, to, length) ->
                compare(piece.source(), from, piece.target(), to, length, left, right)))
          return false;
      }
    }
    return true;
  }

  private boolean compare(
      TensorSource a,
      long from,
      TensorSource b,
      long to,
      long length,
      MemorySegment left,
      MemorySegment right)
      throws IOException {
    ElementReader one = reader(a);
    ElementReader other = reader(b);
    long width = a.dtype().width();
    for (long done = 0; done < length; ) {
      long size = next(length - done, width);
      one.read(from + done, left.asSlice(0, size));
      other.read(to + done, right.asSlice(0, size));
      bytes += 2 * size;
      if (left.asSlice(0, size).mismatch(right.asSlice(0, size)) >= 0) return false;
      done += size / width;
    }
    return true;
  }

  /** The bytes that are read next, where so many elements are left. */
  private long next(long elements, long width) {
    long size = Math.min(most / width, elements) * width;
    most = Math.min(CHUNK, 2 * most);
    return size;
  }

  private ElementReader reader(TensorSource tensor) {
    return readers.computeIfAbsent(tensor, each -> each.open(StoredBytes.DIRECT));
  }
}
