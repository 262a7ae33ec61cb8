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
  private final Arena arena;
  private MemorySegment left = MemorySegment.NULL;
  private MemorySegment right = MemorySegment.NULL;
  private long bytes;
  private long most = FIRST_CHUNK;

  private Inquiry(Arena arena) {
    this.arena = arena;
  }

  /** Whether what {@code query} asks is so. */
  static Evidence answer(Evidence.Query query) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      Inquiry inquiry = new Inquiry(arena);
      boolean holds =
          switch (query) {
            case Evidence.Query.Zero zero -> inquiry.zero(zero.elements());
            case Evidence.Query.Same same -> inquiry.same(same.elements());
          };
      return new Evidence(query.question(), holds, inquiry.bytes);
    }
  }

  private boolean zero(List<Piece<TensorSource, String>> pieces) throws IOException {
    for (Piece<TensorSource, String> piece : pieces)
      if (!Runs.all(piece.box(), (from, _, length) -> zero(piece.source(), from, length)))
        return false;
    return true;
  }

  private boolean zero(TensorSource tensor, long element, long length) throws IOException {
    ElementReader reader = reader(tensor);
    long width = tensor.dtype().width();
    for (long at = element, end = element + length; at < end; ) {
      long size = next(end - at, width);
      reader.read(at, left.asSlice(0, size));
      bytes += size;
      // Nobody writes to the right chunk: it is as it was made, zero.
      if (left.asSlice(0, size).mismatch(right.asSlice(0, size)) >= 0) return false;
      at += size / width;
    }
    return true;
  }

  private boolean same(List<Piece<TensorSource, TensorSource>> pieces) throws IOException {
    for (Piece<TensorSource, TensorSource> piece : pieces) {
      if (piece.source().dtype() != piece.target().dtype()) return false;
      if (!Runs.all(
          piece.box(),
          (from, to, length) -> same(piece.source(), from, piece.target(), to, length)))
        return false;
    }
    return true;
  }

  private boolean same(TensorSource a, long from, TensorSource b, long to, long length)
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

  /** The bytes that are read next, where so many elements are left; the chunks have room. */
  private long next(long elements, long width) {
    long size = Math.min(most / width, elements) * width;
    if (left.byteSize() < size) {
      left = arena.allocate(most);
      right = arena.allocate(most);
    }
    most = Math.min(CHUNK, 2 * most);
    return size;
  }

  private ElementReader reader(TensorSource tensor) {
    return readers.computeIfAbsent(tensor, each -> each.open(StoredBytes.DIRECT));
  }
}
