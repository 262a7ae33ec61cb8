package org.isomorph.convert.run;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.isomorph.convert.Blueprint.Compute;
import org.isomorph.convert.Blueprint.Slot;
import org.isomorph.convert.Blueprint.Source;
import org.isomorph.convert.run.Buffers.Buffer;
import org.isomorph.convert.run.Tiling.Tile;
import org.isomorph.layout.Box;
import org.isomorph.layout.Piece;
import org.isomorph.layout.Restriction;
import org.isomorph.tensor.Casts;
import org.isomorph.tensor.DType;

/** Computes some elements of a parameter: gather as doubles, transform, round, scatter. */
record Computation(SourceFiles sources, Buffers buffers, Worker target) {

  void compute(Compute compute, long first, long end) throws IOException {
    int count = Math.toIntExact(end - first);
    double[] values = buffers.values(count);
    Arrays.fill(values, 0, count, 0);
    MemorySegment segment = MemorySegment.ofArray(values);
    for (Piece<Source, Compute.Parameter> piece : compute.gather())
      for (Box box : Restriction.ofTarget(piece.box(), first, end))
        gather(piece.source(), box, segment, first);
    int columns = Math.toIntExact(Chunk.columns(compute));
    switch (compute.transform().need()) {
      case ELEMENTS -> compute.transform().apply(values, first, 1, count);
      case ROWS -> compute.transform().apply(values, first, count / columns, columns);
    }
    for (Piece<Compute.Parameter, Slot> piece : compute.scatter())
      for (Box box : Restriction.ofSource(piece.box(), first, end))
        scatter(segment, first, box, piece.target());
  }

  private void gather(Source source, Box box, MemorySegment values, long first) throws IOException {
    int width = source.dtype().width();
    Tiling tiling = new Tiling(box, width, Double.BYTES, Double.BYTES, buffers.bytes());
    Buffer stored = buffers.first();
    Buffer doubles = buffers.doubles();
    for (long number = 0; number < tiling.size(); number++) {
      Tile tile = tiling.tile(number);
      Permutation.read(sources, source, tile, stored);
      int elements = Math.toIntExact(tile.reads().elements());
      Casts.cast(source.dtype(), stored.segment(), DType.F64, doubles.segment(), elements);
      Strided.copy(
          Double.BYTES,
          tile.extents(),
          doubles.segment(),
          0,
          tile.reads().strides(),
          values,
          tile.to() - first,
          tile.toStrides());
    }
  }

  private void scatter(MemorySegment values, long first, Box box, Slot slot) throws IOException {
    int width = slot.dtype().width();
    Tiling tiling = new Tiling(box, Double.BYTES, width, Double.BYTES, buffers.bytes());
    Buffer doubles = buffers.doubles();
    Buffer stored = buffers.first();
    for (long number = 0; number < tiling.size(); number++) {
      Tile tile = tiling.tile(number);
      int elements = Math.toIntExact(tile.runs() * tile.runStride(Double.BYTES));
      Strided.copy(
          Double.BYTES,
          tile.extents(),
          values,
          tile.from() - first,
          tile.fromStrides(),
          doubles.segment(),
          0,
          tile.orderedStrides(Double.BYTES));
      Casts.cast(DType.F64, doubles.segment(), slot.dtype(), stored.segment(), elements);
      Permutation.write(stored, tile, Double.BYTES, slot, target);
    }
  }
}
