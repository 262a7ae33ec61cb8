package org.isomorph.convert.run;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.isomorph.convert.Blueprint;
import org.isomorph.convert.Blueprint.Compute;
import org.isomorph.convert.Blueprint.Move;
import org.isomorph.convert.Blueprint.Span;
import org.isomorph.layout.Box;
import org.isomorph.layout.Box.Dim;
import org.isomorph.tensorfile.Seal;

/** A piece of work on one file that takes some milliseconds and about one buffer. */
sealed interface Chunk {

  /** Bytes that move unchanged. */
  record Ranges(List<Range> ranges) implements Chunk {}

  /** Moves that permute or cast, each of them small enough for one tile. */
  record Moves(List<Move> moves) implements Chunk {}

  /** One tile of a large move that permutes or casts. */
  record Tile(Move move, Tiling tiling, long number) implements Chunk {}

  /** The elements {@code first} (inclusive) to {@code end} (exclusive) of a weave's target. */
  record Woven(Weave weave, long first, long end) implements Chunk {}

  /** The elements {@code first} (inclusive) to {@code end} (exclusive) of a computed parameter. */
  record Elements(Compute compute, long first, long end) implements Chunk {}

  /** Checksums of what is written by now. */
  record Seals(List<Seal> seals) implements Chunk {}

  /**
   * Runs of this length and more are copied by the kernel one by one; shorter ones would spend
   * their time in system calls, and go through a buffer together.
   */
  long LONG_RUN_BYTES = 256 << 10;

  /**
   * Ranges that the kernel copies are cut at this length: long enough that a system call is nothing
   * beside the copy, short enough that threads in one file pass each other. On ext4, 8 MiB copies 4
   * times as fast as 1 GiB.
   */
  long RANGE_BYTES = 8 << 20;

  /** What is computed at once is held as doubles, twice, and as it was read and will be written. */
  int COMPUTED_BYTES = 8 << 20;

  /** All work on a file, in the order of its tasks, except that unchanged bytes come first. */
  static Deque<Chunk> of(Blueprint.File file, int bufferBytes) {
    List<Range> ranges = new ArrayList<>();
    List<Move> small = new ArrayList<>();
    long smallBytes = 0;
    Deque<Chunk> rest = new ArrayDeque<>();
    Set<Move> woven = new HashSet<>();
    for (Weave weave : Weave.among(file.tasks())) {
      if (weave.moves().stream().allMatch(Chunk::unchanged)) continue;
      woven.addAll(weave.moves());
      addWoven(weave, bufferBytes, rest);
    }
    for (Blueprint.Task task : file.tasks())
      switch (task) {
        case Move move when woven.contains(move) -> {}
        case Move move when unchanged(move) -> addRanges((Span) move.source(), move, ranges);
        case Move move when heldBytes(move) <= bufferBytes / 2 -> {
          small.add(move);
          smallBytes += heldBytes(move);
          if (smallBytes > bufferBytes / 2) {
            rest.add(new Moves(List.copyOf(small)));
            small.clear();
            smallBytes = 0;
          }
        }
        case Move move -> addTiles(move, bufferBytes, rest);
        case Compute compute -> addElements(compute, bufferBytes, rest);
      }
    if (!small.isEmpty()) rest.add(new Moves(List.copyOf(small)));
    Deque<Chunk> chunks = new ArrayDeque<>();
    for (List<Range> group : Range.grouped(Range.fused(ranges), Math.min(bufferBytes, RANGE_BYTES)))
      chunks.add(new Ranges(group));
    chunks.addAll(rest);
    return chunks;
  }

  /** The seals of a file, in groups that are about as much work as other chunks. */
  static Deque<Chunk> seals(Blueprint.File file) {
    Deque<Chunk> chunks = new ArrayDeque<>();
    List<Seal> group = new ArrayList<>();
    long bytes = 0;
    for (Seal seal : file.seals()) {
      group.add(seal);
      bytes += seal.bytes();
      if (bytes < RANGE_BYTES) continue;
      chunks.add(new Seals(List.copyOf(group)));
      group.clear();
      bytes = 0;
    }
    if (!group.isEmpty()) chunks.add(new Seals(List.copyOf(group)));
    return chunks;
  }

  /** Whether a move is a run, or long runs, of bytes that stay the same. */
  private static boolean unchanged(Move move) {
    if (!(move.source() instanceof Span) || move.source().dtype() != move.target().dtype())
      return false;
    long run = move.box().contiguousRun();
    return run == move.box().elements() || move.source().dtype().bytes(run) >= LONG_RUN_BYTES;
  }

  private static void addRanges(Span source, Move move, List<Range> ranges) {
    Box box = move.box();
    List<Dim> outer = box.dims();
    long run = box.contiguousRun();
    if (run > 1) outer = outer.subList(0, outer.size() - 1);
    long[] extents = outer.stream().mapToLong(Dim::extent).toArray();
    long[] fromStrides = outer.stream().mapToLong(Dim::fromStride).toArray();
    long[] toStrides = outer.stream().mapToLong(Dim::toStride).toArray();
    Odometer odometer = new Odometer(extents, extents.length);
    do {
      long from = source.dtype().bytes(box.from() + odometer.dot(fromStrides));
      long to = source.dtype().bytes(box.to() + odometer.dot(toStrides));
      ranges.add(
          new Range(
              source.file(),
              source.offset() + from,
              move.target().offset() + to,
              source.dtype().bytes(run)));
    } while (odometer.next());
  }

  private static void addTiles(Move move, int bufferBytes, Deque<Chunk> chunks) {
    Tiling tiling = Tiling.of(move, bufferBytes);
    for (long number = 0; number < tiling.size(); number++)
      chunks.add(new Tile(move, tiling, number));
  }

  private static void addWoven(Weave weave, int bufferBytes, Deque<Chunk> chunks) {
    long step = weave.step(bufferBytes);
    for (long first = weave.begin(); first < weave.end(); first += step)
      chunks.add(new Woven(weave, first, Math.min(weave.end(), first + step)));
  }

  /** The bytes that a move takes in a buffer. */
  private static long heldBytes(Move move) {
    int width = Math.max(move.source().dtype().width(), move.target().dtype().width());
    return Math.multiplyExact(move.box().elements(), width);
  }

  private static void addElements(Compute compute, int bufferBytes, Deque<Chunk> chunks) {
    long elements = compute.shape().elements();
    long step = Math.max(1, Math.min(bufferBytes, COMPUTED_BYTES) / 2 / Double.BYTES);
    long columns = columns(compute);
    if (columns > 1) step = Math.max(1, step / columns) * columns;
    for (long first = 0; first < elements; first += step)
      chunks.add(new Elements(compute, first, Math.min(elements, first + step)));
  }

  /** The elements that must be computed together. */
  static long columns(Compute compute) {
    return switch (compute.transform().need()) {
      case ELEMENTS -> 1;
      case ROWS -> compute.shape().rank() == 0 ? 1 : compute.shape().dim(-1);
    };
  }
}
