package org.isomorph.convert.run;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.zip.CRC32;
import org.isomorph.convert.Blueprint.Move;
import org.isomorph.convert.Blueprint.Slot;
import org.isomorph.convert.run.Buffers.Buffer;
import org.isomorph.layout.Box;
import org.isomorph.layout.Restriction;
import org.isomorph.tensor.DType;
import org.isomorph.tensorfile.Seal;
import org.jspecify.annotations.Nullable;

/**
 * One thread of an execution: takes chunks from the schedule and carries them out, through buffers
 * and channels that are its own.
 */
final class Worker implements Closeable {
  /** How many buffers of a worker may become long: what a tile reads, or what it writes. */
  static final int LONG_BUFFERS = 2;

  /** Shorter ranges are collected in a buffer and written together. */
  private static final long TRANSFER_BYTES = 64 << 10;

  private static final int PAGE = 4096;

  /**
   * What is written at once from a buffer, between multiples of it in the target: it stays in a
   * core's cache between reading and writing, and no page of the target is written twice.
   *
   * <p>Linux keeps what is written at once in one piece of memory. Pieces of 1 MiB are a sixth
   * faster where memory is plenty; but a virtual machine gives its host back what it has free in 2
   * MiB, and to get one of those again takes longer than everything else.
   */
  static final int PIECE = 256 << 10;

  private final Schedule schedule;
  private final Buffers buffers;
  private final SourceFiles sources;
  private @Nullable Job job;
  private @Nullable Sink target;

  private Worker(Schedule schedule, Buffers buffers) {
    this.schedule = schedule;
    this.buffers = buffers;
    this.sources = new SourceFiles(buffers.bytes());
  }

  /** Works until there is nothing left to do; a failure is handed to the schedule. */
  static void work(Schedule schedule, int bufferBytes) {
    try (Buffers buffers = new Buffers(bufferBytes);
        Worker worker = new Worker(schedule, buffers)) {
      worker.work();
    } catch (Throwable failure) {
      schedule.fail(failure);
    }
  }

  private void work() throws IOException {
    for (var next = schedule.next(null); next != null; next = schedule.next(next.job())) {
      turnTo(next.job());
      try {
        carryOut(next.chunk());
      } catch (RunException explained) {
        throw explained;
      } catch (InternalError failure) {
        throw sources.vanished(failure);
      } catch (IOException failure) {
        throw new RunException(
            "cannot write %s: %s".formatted(next.job().path, Failures.reason(failure)), failure);
      }
      schedule.done(next.job());
    }
  }

  private void carryOut(Chunk chunk) throws IOException {
    switch (chunk) {
      case Chunk.Ranges(var ranges) -> copy(ranges);
      case Chunk.Moves(var moves) -> {
        Permutation permutation = new Permutation(sources, buffers, this);
        for (Move move : moves) permutation.move(move);
      }
      case Chunk.Tile(var move, var tiling, var number) ->
          new Permutation(sources, buffers, this).move(move, tiling.tile(number));
      case Chunk.Woven(var weave, var first, var end) ->
          gather(weave.target(), weave.moves(), first, end);
      case Chunk.Elements(var compute, var first, var end) ->
          new Computation(sources, buffers, this).compute(compute, first, end);
      case Chunk.Seals(var seals) -> {
        Checksums sums = Objects.requireNonNull(job().sums);
        for (Seal seal : seals) seal(sums, seal);
      }
    }
  }

  /**
   * Fills a buffer with the elements {@code first} (inclusive) to {@code end} (exclusive) of a
   * tensor, in the order of their sources, and writes it.
   *
   * @param moves into that tensor; together they fill the range
   */
  void gather(Slot slot, List<Move> moves, long first, long end) throws IOException {
    Gathering gathering = new Gathering(sources, buffers);
    DType type = slot.dtype();
    Buffer gathered = buffers.second(type.bytes(end - first));
    for (Move move : moves)
      for (Box box : Restriction.ofTarget(move.box(), first, end))
        gathering.gather(move.source(), box, type, gathered.segment(), first);
    write(gathered.view(0, type.bytes(end - first)), slot.offset() + type.bytes(first));
  }

  /** Writes the sum of what is in the file by now. */
  private void seal(Checksums sums, Seal seal) throws IOException {
    OptionalInt known = sums.take(seal);
    int crc = known.isPresent() ? known.getAsInt() : crc(seal);
    Buffer buffer = buffers.first(Seal.BYTES);
    for (long at : seal.at())
      put(buffer.view(0, Seal.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(0, crc), at);
  }

  /** The sum of bytes that not only this execution wrote, or not all: as they are in the file. */
  private int crc(Seal seal) throws IOException {
    CRC32 crc = new CRC32();
    Buffer buffer = buffers.first(piece());
    for (long at = seal.begin(); at < seal.end(); ) {
      ByteBuffer part = buffer.view(0, Math.min(piece(), seal.end() - at));
      target().give(part, at);
      at += part.position();
      crc.update(part.flip());
    }
    return (int) crc.getValue();
  }

  /** Copies ranges, ordered by target: within the kernel where it can move whole pages. */
  private void copy(Iterable<Range> ranges) throws IOException {
    Buffer buffer = buffers.first(piece());
    long start = 0; // where the collected bytes belong in the target
    int collected = 0;
    for (Range range : ranges) {
      if (job().sums == null && movesWholePages(range)) {
        flush(buffer, collected, start);
        collected = 0;
        target().take(sources, range.source(), range.from(), range.length(), range.to());
        schedule.wrote(job(), range.length());
        continue;
      }
      for (long done = 0; done < range.length(); ) {
        long to = range.to() + done;
        if (collected > 0 && (start + collected != to || to % piece() == 0)) {
          flush(buffer, collected, start);
          collected = 0;
        }
        if (collected == 0) start = to;
        int part = (int) Math.min(piece() - to % piece(), range.length() - done);
        sources.read(range.source(), range.from() + done, buffer.view(collected, collected + part));
        collected += part;
        done += part;
      }
    }
    flush(buffer, collected, start);
  }

  /**
   * Whether the kernel can copy page by page: what lies differently in its pages it copies
   * piecemeal, and slowly.
   */
  private static boolean movesWholePages(Range range) {
    return range.length() >= TRANSFER_BYTES && (range.from() - range.to()) % PAGE == 0;
  }

  private int piece() {
    return Math.min(PIECE, buffers.bytes());
  }

  private void flush(Buffer buffer, int collected, long start) throws IOException {
    if (collected > 0) write(buffer.view(0, collected), start);
  }

  /** Writes all of a buffer at {@code position} of the present file, piece by piece. */
  void write(ByteBuffer buffer, long position) throws IOException {
    int end = buffer.limit();
    while (buffer.position() < end) {
      int part = (int) (piece() - position % piece());
      buffer.limit(Math.min(end, buffer.position() + part));
      int length = buffer.remaining();
      if (job().sums != null) job().sums.add(buffer, position);
      put(buffer, position);
      position += length;
    }
  }

  private void put(ByteBuffer buffer, long position) throws IOException {
    int length = buffer.remaining();
    target().take(buffer, position);
    schedule.wrote(job(), length);
  }

  private Job job() {
    return Objects.requireNonNull(job);
  }

  private Sink target() {
    return Objects.requireNonNull(target);
  }

  private void turnTo(Job next) throws IOException {
    if (job == next) return;
    if (target != null) target.close();
    target = schedule.open(next);
    job = next;
  }

  @Override
  public void close() throws IOException {
    sources.close();
    if (target != null) target.close();
    target = null;
  }
}
