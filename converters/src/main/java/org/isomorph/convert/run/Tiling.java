package org.isomorph.convert.run;

import java.util.ArrayList;
import java.util.List;
import org.isomorph.convert.Blueprint.Move;
import org.isomorph.convert.Blueprint.Source;
import org.isomorph.convert.Blueprint.Span;
import org.isomorph.layout.Box;
import org.isomorph.layout.Box.Dim;
import org.isomorph.tensor.DType;

/**
 * A box cut into tiles that fit a buffer, shaped so that what a tile reads and what it writes both
 * come in runs as long as can be.
 *
 * <p>A transpose shows why: a tile of whole source rows reads one long run and writes scraps, a
 * tile of whole target rows the reverse. Scraps that are written cost more than scraps that are
 * read, as each is a page that is found, locked and marked. So a tile grows, from one element, on
 * the side of the target until its runs are {@value #WRITES} times as long as the source's: whole
 * rows of the target where that leaves the source some KiB.
 *
 * <p>Where the target is memory, scraps are cheap if they are some lines of the cache long, and a
 * tile grows on the side of the source.
 *
 * <p>Where the source is a file that can be {@linkplain Windows seen as memory}, what a tile reads
 * need not be close together, but only fit a window.
 */
final class Tiling {
  /** What stays in a core's cache from reading to writing: enough where nothing is scattered. */
  private static final int NEAR_BYTES = 1 << 20;

  /** Source runs of this length may as well be read one by one, if gaps between them do not fit. */
  private static final int APART_BYTES = 4096;

  /** Some lines of a core's cache: what is written close together in memory, if it can be. */
  private static final int LINES_BYTES = 128;

  /** Elements of a line, or of two. */
  private static final int LINE = 32;

  /** Shorter writes cost more than what is saved by seeing what is read, instead of reading it. */
  private static final int SEEN_BYTES = 8 << 10;

  /** How much more it costs to begin a write than a read. */
  private static final int WRITES = 8;

  private final Box box;
  private final long[] extents;
  private final long[] fromStrides;
  private final long[] toStrides;
  private final int[] sourceOrder;
  private final int fromWidth;
  private final int toWidth;
  private final boolean intoMemory;
  private final boolean seen;
  private final long capacity;
  private final long[] tile;

  /**
   * Tiles a box.
   *
   * @param fromWidth bytes of a source element
   * @param toWidth bytes of a target element
   * @param bufferBytes the bytes of one buffer, or of a window
   * @param intoMemory whether the target is memory, not a file
   * @param seen whether the source is seen in a window, not read
   */
  private Tiling(
      Box box, int fromWidth, int toWidth, int bufferBytes, boolean intoMemory, boolean seen) {
    int rank = box.dims().size();
    this.box = box;
    this.extents = new long[rank];
    this.fromStrides = new long[rank];
    this.toStrides = new long[rank];
    this.tile = new long[rank];
    for (int axis = 0; axis < rank; axis++) {
      Dim dim = box.dims().get(axis);
      extents[axis] = dim.extent();
      fromStrides[axis] = dim.fromStride();
      toStrides[axis] = dim.toStride();
      tile[axis] = 1;
    }
    this.sourceOrder = Footprint.sourceOrder(fromStrides);
    this.fromWidth = fromWidth;
    this.toWidth = toWidth;
    this.intoMemory = intoMemory;
    this.seen = seen;
    this.capacity = bufferBytes / Math.max(fromWidth, toWidth);
    while (growSource() || growTarget()) {}
    balance();
  }

  /** The tiling of a move from file to file. */
  static Tiling of(Move move, int bufferBytes) {
    int fromWidth = move.source().dtype().width();
    int toWidth = move.target().dtype().width();
    int nearBytes = Math.min(bufferBytes, NEAR_BYTES);
    Tiling near = new Tiling(move.box(), fromWidth, toWidth, nearBytes, false, false);
    Tile first = near.tile(0);
    if (first.runs() == 1 && first.reads().isOneRead()) return near;
    if (move.source() instanceof Span) {
      Tiling seen = new Tiling(move.box(), fromWidth, toWidth, bufferBytes, false, true);
      first = seen.tile(0);
      if (first.runs() == 1 || first.runElements() * toWidth >= SEEN_BYTES) return seen;
    }
    return new Tiling(move.box(), fromWidth, toWidth, bufferBytes, false, false);
  }

  /** The tiling of a box whose source is a file and whose target is memory. */
  static Tiling intoMemory(Source source, Box box, DType type, int bufferBytes) {
    int width = type.width();
    if (source instanceof Span && source.dtype() == type)
      return new Tiling(box, width, width, bufferBytes, true, true);
    int nearBytes = Math.min(bufferBytes, NEAR_BYTES);
    return new Tiling(box, source.dtype().width(), width, nearBytes, true, false);
  }

  /** The tiling of a box whose source is memory and whose target is a file. */
  static Tiling fromMemory(Box box, int fromWidth, int toWidth, int bufferBytes) {
    return new Tiling(box, fromWidth, toWidth, bufferBytes, false, false);
  }

  /**
   * One tile: a part of the box, with everything that reading and writing it needs.
   *
   * @param from its first element in the source
   * @param to its first element in the target
   * @param reads how it is read, or what it is a part of
   * @param start its first element in what is read
   */
  @SuppressWarnings("ArrayRecordComponent") // passed on at once, never compared
  record Tile(
      long from,
      long to,
      long[] extents,
      long[] fromStrides,
      long[] toStrides,
      Footprint reads,
      long start) {
    long elements() {
      return product(extents);
    }

    /**
     * The strides of the tile's elements in the order of the target: run behind run, set apart.
     *
     * @param width bytes an element
     */
    long[] orderedStrides(int width) {
      long[] strides = new long[extents.length];
      long stride = 1;
      int outer = extents.length - runAxes();
      for (int axis = extents.length - 1; axis >= 0; axis--) {
        if (axis == outer - 1) stride = runStride(width);
        strides[axis] = stride;
        stride *= extents[axis];
      }
      return strides;
    }

    /**
     * The tile in parts of at most so many elements, in the order of the target; a part has one
     * step at least along the outermost axis that there is, or a line's if reads are closest there.
     */
    List<Tile> parts(long most) {
      if (elements() <= most) return List.of(this);
      int axis = 0;
      while (extents[axis] == 1) axis++;
      long step = Math.max(1, most / (elements() / extents[axis]));
      // Whole lines of what is read, if they lie along this axis.
      if (fromStrides[axis] == 1)
        step = Math.min(extents[axis], Math.max(LINE, step / LINE * LINE));
      List<Tile> parts = new ArrayList<>();
      for (long at = 0; at < extents[axis]; at += step) {
        long[] part = extents.clone();
        part[axis] = Math.min(step, extents[axis] - at);
        parts.add(
            new Tile(
                from + at * fromStrides[axis],
                to + at * toStrides[axis],
                part,
                fromStrides,
                toStrides,
                reads,
                start + at * reads.strides()[axis]));
      }
      return parts;
    }

    /** From run to run, in elements, when they lie in the order of the target. */
    long runStride(int width) {
      return runs() == 1 ? runElements() : Footprint.rowStride(runElements(), width);
    }

    /** How many runs of neighbours the target has. */
    long runs() {
      return elements() / runElements();
    }

    /** The elements of one run of neighbours in the target. */
    long runElements() {
      long run = 1;
      for (int axis = extents.length - runAxes(); axis < extents.length; axis++)
        run *= extents[axis];
      return run;
    }

    /** How many of the innermost axes are one run of neighbours in the target. */
    int runAxes() {
      int axes = 0;
      long run = 1;
      for (int axis = extents.length - 1; axis >= 0; axis--, axes++) {
        if (extents[axis] > 1 && toStrides[axis] != run) break;
        run *= extents[axis];
      }
      return axes;
    }
  }

  /** The number of tiles. */
  long size() {
    long count = 1;
    for (int axis = 0; axis < extents.length; axis++)
      count = Math.multiplyExact(count, Math.ceilDiv(extents[axis], tile[axis]));
    return count;
  }

  /** The tile of this number: they are numbered in the order of the target. */
  Tile tile(long number) {
    long from = box.from();
    long to = box.to();
    long[] part = new long[extents.length];
    for (int axis = extents.length - 1; axis >= 0; axis--) {
      long count = Math.ceilDiv(extents[axis], tile[axis]);
      long start = number % count * tile[axis];
      number /= count;
      part[axis] = Math.min(tile[axis], extents[axis] - start);
      from += start * fromStrides[axis];
      to += start * toStrides[axis];
    }
    Footprint reads =
        seen
            ? Footprint.inPlace(part, fromStrides)
            : Footprint.of(sourceOrder, part, fromStrides, fromWidth, capacity);
    return new Tile(from, to, part, fromStrides, toStrides, reads, 0);
  }

  /** Grows an axis that reads close together, if writes are long enough for that. */
  private boolean growSource() {
    if (targetAxis() >= 0 && !writesAreLong()) return false;
    return grow(sourceAxis());
  }

  private boolean writesAreLong() {
    if (!intoMemory) return targetRun() * toWidth >= sourceRun() * fromWidth * WRITES;
    int last = tile.length - 1;
    return tile[last] == extents[last] || tile[last] * toWidth >= LINES_BYTES;
  }

  private boolean growTarget() {
    return grow(targetAxis()) || grow(sourceAxis());
  }

  /** Doubles the tile along an axis, or grows it by what fits; false if that is nothing. */
  private boolean grow(int axis) {
    if (axis < 0) return false;
    long before = tile[axis];
    long low = before;
    long high = Math.min(2 * before, extents[axis]);
    while (low < high) {
      long middle = low + (high - low + 1) / 2;
      tile[axis] = middle;
      if (fits()) low = middle;
      else high = middle - 1;
    }
    tile[axis] = low;
    return low > before;
  }

  /**
   * Whether the tile fits: all between its first and its last element if it is seen, otherwise even
   * if every gap worth reading is read, or if it can do without gaps.
   */
  private boolean fits() {
    if (product(tile) > capacity) return false;
    if (seen) return Footprint.span(tile, fromStrides) <= capacity;
    if (sourceRun() * fromWidth >= APART_BYTES) return true;
    var reads = Footprint.of(sourceOrder, tile, fromStrides, fromWidth, Long.MAX_VALUE);
    return reads.bridged() <= capacity;
  }

  /** Makes the tiles along each axis equally long, instead of leaving a scrap at its end. */
  private void balance() {
    for (int axis = 0; axis < tile.length; axis++)
      tile[axis] = Math.ceilDiv(extents[axis], Math.ceilDiv(extents[axis], tile[axis]));
  }

  private int sourceAxis() {
    for (int axis : sourceOrder) if (tile[axis] < extents[axis]) return axis;
    return -1;
  }

  private int targetAxis() {
    for (int axis = tile.length - 1; axis >= 0; axis--) if (tile[axis] < extents[axis]) return axis;
    return -1;
  }

  private long sourceRun() {
    long run = 1;
    for (int axis : sourceOrder) {
      run *= tile[axis];
      if (tile[axis] < extents[axis]) break;
    }
    return run;
  }

  private long targetRun() {
    long run = 1;
    for (int axis = tile.length - 1; axis >= 0; axis--) {
      if (toStrides[axis] != run) break;
      run *= tile[axis];
      if (tile[axis] < extents[axis]) break;
    }
    return run;
  }

  private static long product(long[] factors) {
    long product = 1;
    for (long factor : factors) product *= factor;
    return product;
  }
}
