package org.isomorph.convert.run;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;
import org.isomorph.convert.Blueprint;
import org.isomorph.convert.Blueprint.Move;
import org.isomorph.convert.Blueprint.Slot;
import org.isomorph.convert.Blueprint.Source;
import org.isomorph.convert.Blueprint.Span;
import org.isomorph.convert.run.Buffers.Buffer;
import org.isomorph.convert.run.Tiling.Tile;
import org.isomorph.tensor.Casts;
import org.isomorph.tensor.DType;

/** Moves tiles: read, put in the target's order, cast, write. */
record Permutation(SourceFiles sources, Buffers buffers, Worker target) {

  /** Moves all tiles of a move. */
  void move(Move move) throws IOException {
    Tiling tiling = Tiling.of(move, buffers.bytes());
    for (long number = 0; number < tiling.size(); number++) move(move, tiling.tile(number));
  }

  /**
   * Moves one tile of a move. One that is a single run of the target, and takes many reads, is read
   * in whatever parts are long in the source, and written as a whole; another one is seen or read
   * as a whole, then put in order, cast and written in parts that a core's cache holds from one to
   * the next.
   */
  void move(Move move, Tile tile) throws IOException {
    DType fromType = move.source().dtype();
    DType toType = move.target().dtype();
    int width = fromType.width();
    boolean inOrder = tile.reads().isLaidOut(tile.extents(), tile.orderedStrides(width));
    if (!inOrder && tile.runs() == 1 && !isSeen(move.source(), tile)) {
      target.gather(move.target(), List.of(move), tile.to(), tile.to() + tile.elements());
      return;
    }
    MemorySegment read = read(sources, buffers, move.source(), tile);
    if (inOrder && fromType == toType) {
      write(read, tile, width, move.target(), target);
      return;
    }
    // A quarter of a small buffer, so that its tiles have parts as those of a large one have.
    for (Tile part : tile.parts(Math.min(Worker.PIECE, buffers.bytes() / 4) / width)) {
      int held = Math.toIntExact(part.runs() * part.runStride(width));
      MemorySegment here = read;
      long start = part.start();
      if (!inOrder) {
        here = buffers.second((long) held * width).segment();
        Strided.copy(
            width,
            part.extents(),
            read,
            start,
            part.reads().strides(),
            here,
            0,
            part.orderedStrides(width));
        start = 0;
      }
      if (fromType != toType) {
        Buffer cast = buffers.cast((long) held * toType.width());
        Casts.cast(fromType, here.asSlice(start * width), toType, cast.segment(), held);
        here = cast.segment();
      }
      write(here, part, width, move.target(), target);
    }
  }

  /** Whether a tile is seen in its file: what takes one read need not be copied to be looked at. */
  private static boolean isSeen(Source source, Tile tile) {
    return source instanceof Span && tile.reads().isOneRead();
  }

  /**
   * A tile's source elements, as its footprint lays them out: where they are, or in the first
   * buffer. Good until the next tile is asked for.
   */
  static MemorySegment read(SourceFiles sources, Buffers buffers, Source source, Tile tile)
      throws IOException {
    int width = source.dtype().width();
    if (source instanceof Span span && isSeen(source, tile)) {
      long begin = span.offset() + tile.from() * width;
      return sources.window(span.file(), begin, begin + tile.reads().elements() * width);
    }
    Buffer buffer = buffers.first(tile.reads().elements() * width);
    long length = tile.reads().readElements() * width;
    Odometer reads = new Odometer(tile.reads().readExtents(), tile.extents().length);
    do {
      long at = reads.dot(tile.reads().strides()) * width;
      long first = tile.from() + reads.dot(tile.fromStrides());
      switch (source) {
        case Span span ->
            sources.read(span.file(), span.offset() + first * width, buffer.view(at, at + length));
        case Blueprint.Derived derived ->
            sources.reader(derived.tensor()).read(first, buffer.segment().asSlice(at, length));
      }
    } while (reads.next());
    return buffer.segment();
  }

  /**
   * Writes a tile that lies in the order of the target, run by run.
   *
   * @param orderWidth the width for which the runs were set apart
   */
  static void write(MemorySegment segment, Tile tile, int orderWidth, Slot slot, Worker target)
      throws IOException {
    int width = slot.dtype().width();
    long length = tile.runElements() * width;
    long step = tile.runStride(orderWidth) * width;
    ByteBuffer buffer = segment.asByteBuffer();
    Odometer runs = new Odometer(tile.extents(), tile.extents().length - tile.runAxes());
    long at = 0;
    do {
      long position = slot.offset() + (tile.to() + runs.dot(tile.toStrides())) * width;
      target.write(buffer.slice((int) at, (int) length), position);
      at += step;
    } while (runs.next());
  }
}
