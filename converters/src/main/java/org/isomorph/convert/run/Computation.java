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
    Gathering gathering = new Gathering(sources, buffers);
    for (Piece<Source, Compute.Parameter> piece : compute.gather())
      for (Box box : Restriction.ofTarget(piece.box(), first, end))
        gathering.gather(piece.source(), box, DType.F64, segment, first);
    int columns = Math.toIntExact(Chunk.columns(compute));
    switch (compute.transform().need()) {
      case ELEMENTS -> compute.transform().apply(values, first, 1, count);
      case ROWS -> compute.transform().apply(values, first, count / columns, columns);
    }
    for (Piece<Compute.Parameter, Slot> piece : compute.scatter())
      for (Box box : Restriction.ofSource(piece.box(), first, end))
        scatter(segment, first, box, piece.target());
  }

  private void scatter(MemorySegment values, long first, Box box, Slot slot) throws IOException {
    int width = slot.dtype().width();
    Tiling tiling = Tiling.fromMemory(box, Double.BYTES, width, buffers.bytes());
    for (long number = 0; number < tiling.size(); number++) {
      Tile tile = tiling.tile(number);
      int elements = Math.toIntExact(tile.runs() * tile.runStride(Double.BYTES));
      Buffer doubles = buffers.cast((long) elements * Double.BYTES);
      Buffer stored = buffers.first((long) elements * width);
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
      Permutation.write(stored.segment(), tile, Double.BYTES, slot, target);
    }
  }
}
