package org.isomorph.convert.run;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.isomorph.convert.Blueprint.Source;
import org.isomorph.convert.run.Buffers.Buffer;
import org.isomorph.convert.run.Tiling.Tile;
import org.isomorph.layout.Box;
import org.isomorph.tensor.Casts;
import org.isomorph.tensor.DType;

/** Reads the elements of boxes to where they belong in memory. */
record Gathering(SourceFiles sources, Buffers buffers) {

  /**
   * Reads the elements of a box.
   *
   * @param type what they are in memory
   * @param target where they go; not the first buffer, nor the one for casts
   * @param first the target element that lies at its beginning
   */
  void gather(Source source, Box box, DType type, MemorySegment target, long first)
      throws IOException {
    int toWidth = type.width();
    Tiling tiling = Tiling.intoMemory(source, box, type, buffers.bytes());
    for (long number = 0; number < tiling.size(); number++) {
      Tile tile = tiling.tile(number);
      int elements = Math.toIntExact(tile.reads().elements());
      MemorySegment read = Permutation.read(sources, buffers, source, tile);
      if (source.dtype() != type) {
        Buffer cast = buffers.cast((long) elements * toWidth);
        Casts.cast(source.dtype(), read, type, cast.segment(), elements);
        read = cast.segment();
      }
      Strided.copy(
          toWidth,
          tile.extents(),
          read,
          0,
          tile.reads().strides(),
          target,
          tile.to() - first,
          tile.toStrides());
    }
  }
}
