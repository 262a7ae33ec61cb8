package org.isomorph.convert;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.isomorph.layout.Box;
import org.isomorph.layout.Piece;
import org.isomorph.tensorfile.StoredTensor;

/**
 * Answers questions about stored values by reading them as a stream, in bounded memory, and no
 * further than needed.
 */
final class Inquiry {
  private static final long CHUNK = 1 << 20;

  /** Most answers that are no are found at once, so little is read at first. */
  private static final long FIRST_CHUNK = 1 << 14;

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

  private boolean zero(List<Piece<StoredTensor, String>> pieces) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment chunk = arena.allocate(CHUNK);
      MemorySegment zeros = arena.allocate(CHUNK);
      for (Piece<StoredTensor, String> piece : pieces)
        if (!Runs.all(
            piece.box(), (from, _, length) -> compare(piece.source(), from, length, chunk, zeros)))
          return false;
    }
    return true;
  }

  private boolean compare(
      StoredTensor tensor, long element, long length, MemorySegment chunk, MemorySegment zeros)
      throws IOException {
    long width = tensor.dtype().width();
    for (long at = element * width, end = (element + length) * width; at < end; ) {
      long size = next(end - at);
      tensor.read(at, chunk.asSlice(0, size));
      bytes += size;
      if (chunk.asSlice(0, size).mismatch(zeros.asSlice(0, size)) >= 0) return false;
      at += size;
    }
    return true;
  }

  private boolean same(List<Piece<StoredTensor, StoredTensor>> pieces) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment left = arena.allocate(CHUNK);
      MemorySegment right = arena.allocate(CHUNK);
      for (Piece<StoredTensor, StoredTensor> piece : pieces) {
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
      StoredTensor a,
      long from,
      StoredTensor b,
      long to,
      long length,
      MemorySegment left,
      MemorySegment right)
      throws IOException {
    long width = a.dtype().width();
    for (long done = 0, all = length * width; done < all; ) {
      long size = next(all - done);
      a.read(from * width + done, left.asSlice(0, size));
      b.read(to * width + done, right.asSlice(0, size));
      bytes += 2 * size;
      if (left.asSlice(0, size).mismatch(right.asSlice(0, size)) >= 0) return false;
      done += size;
    }
    return true;
  }

  private long next(long left) {
    long size = Math.min(most, left);
    most = Math.min(CHUNK, 2 * most);
    return size;
  }

  /** The runs of a box that are contiguous on both sides. */
  private static final class Runs {
    interface Visitor {
      boolean visit(long from, long to, long length) throws IOException;
    }

    /** Whether {@code visitor} says yes to every run; stops at the first no. */
    static boolean all(Box box, Visitor visitor) throws IOException {
      long run = box.contiguousRun();
      List<Box.Dim> outer = run > 1 ? box.dims().subList(0, box.dims().size() - 1) : box.dims();
      return all(outer, box.from(), box.to(), run, visitor);
    }

    private static boolean all(List<Box.Dim> dims, long from, long to, long run, Visitor visitor)
        throws IOException {
      if (dims.isEmpty()) return visitor.visit(from, to, run);
      Box.Dim dim = dims.getFirst();
      for (long i = 0; i < dim.extent(); i++)
        if (!all(
            dims.subList(1, dims.size()),
            from + i * dim.fromStride(),
            to + i * dim.toStride(),
            run,
            visitor)) return false;
      return true;
    }
  }
}
