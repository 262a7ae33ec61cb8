package org.isomorph.convert.run;

import java.io.IOException;
import java.util.List;
import org.isomorph.convert.Blueprint;
import org.isomorph.convert.Blueprint.Move;
import org.isomorph.convert.Blueprint.Slot;
import org.isomorph.convert.Blueprint.Source;
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
   * Moves one tile of a move. One that is a single run of the target is read in whatever parts are
   * long in the source, and written as a whole; another one is read as a whole, then put in order,
   * cast and written in parts that a core's cache holds from one to the next.
   */
  void move(Move move, Tile tile) throws IOException {
    DType fromType = move.source().dtype();
    DType toType = move.target().dtype();
    int width = fromType.width();
    boolean inOrder = tile.reads().isLaidOut(tile.extents(), tile.orderedStrides(width));
    if (!inOrder && tile.runs() == 1) {
      target.gather(move.target(), List.of(move), tile.to(), tile.to() + tile.elements());
      return;
    }
    Buffer read = buffers.first(tile.reads().elements() * width);
    read(sources, move.source(), tile, read);
    if (inOrder && fromType == toType) {
      write(read, tile, width, move.target(), target);
      return;
    }
    // A quarter of a small buffer, so that its tiles have parts as those of a large one have.
    for (Tile part : tile.parts(Math.min(Worker.PIECE, buffers.bytes() / 4) / width)) {
      int held = Math.toIntExact(part.runs() * part.runStride(width));
      Buffer here = read;
      long start = part.start();
      if (!inOrder) {
        here = buffers.second((long) held * width);
        Strided.copy(
            width,
            part.extents(),
            read.segment(),
            start,
            part.reads().strides(),
            here.segment(),
            0,
            part.orderedStrides(width));
        start = 0;
      }
      if (fromType != toType) {
        Buffer cast = buffers.cast((long) held * toType.width());
        Casts.cast(fromType, here.segment().asSlice(start * width), toType, cast.segment(), held);
        here = cast;
      }
      write(here, part, width, move.target(), target);
    }
  }

  /** Reads a tile's source elements, as its footprint lays them out. */
  static void read(SourceFiles sources, Source source, Tile tile, Buffer buffer)
      throws IOException {
    int width = source.dtype().width();
    long length = tile.reads().readElements() * width;
    Odometer reads = new Odometer(tile.reads().readExtents(), tile.extents().length);
    do {
      long at = reads.dot(tile.reads().strides()) * width;
      long first = tile.from() + reads.dot(tile.fromStrides());
      switch (source) {
        case Blueprint.Span span ->
            sources.read(span.file(), span.offset() + first * width, buffer.view(at, at + length));
        case Blueprint.Derived derived ->
            sources.reader(derived.tensor()).read(first, buffer.segment().asSlice(at, length));
      }
    } while (reads.next());
  }

  /**
   * Writes a tile that lies in the order of the target, run by run.
   *
   * @param orderWidth the width for which the runs were set apart
   */
  static void write(Buffer buffer, Tile tile, int orderWidth, Slot slot, Worker target)
      throws IOException {
    int width = slot.dtype().width();
    long length = tile.runElements() * width;
    long step = tile.runStride(orderWidth) * width;
    Odometer runs = new Odometer(tile.extents(), tile.extents().length - tile.runAxes());
    long at = 0;
    do {
      long position = slot.offset() + (tile.to() + runs.dot(tile.toStrides())) * width;
      target.write(buffer.view(at, at + length), position);
      at += step;
    } while (runs.next());
  }
}
