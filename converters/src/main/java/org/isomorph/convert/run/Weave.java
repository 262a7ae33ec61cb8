package org.isomorph.convert.run;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.isomorph.convert.Blueprint.Move;
import org.isomorph.convert.Blueprint.Slot;
import org.isomorph.convert.Blueprint.Span;
import org.isomorph.convert.Blueprint.Task;
import org.isomorph.layout.Box;
import org.isomorph.layout.Box.Dim;

/**
 * Moves whose runs lie between each other's and together fill a range of a tensor: the columns of a
 * matrix that several ranks hold, or queries, keys and values by group.
 *
 * <p>Each alone would write scraps into every page of the range. Together they fill a buffer, which
 * is written once.
 *
 * @param moves at least two
 * @param begin the first element of the range, in the target
 * @param end the element behind the last
 */
record Weave(Slot target, List<Move> moves, long begin, long end) {
  /** Shorter runs, in bytes, are transposes: tiles that are square cost less than whole rows. */
  private static final long RUN_BYTES = 256;

  /** All weaves among a file's tasks; every move is in one at most. */
  static List<Weave> among(List<Task> tasks) {
    Map<Slot, List<Move>> bySlot = new LinkedHashMap<>();
    for (Task task : tasks)
      if (task instanceof Move move)
        bySlot.computeIfAbsent(move.target(), _ -> new ArrayList<>()).add(move);
    List<Weave> weaves = new ArrayList<>();
    bySlot.forEach((slot, moves) -> {
      if (moves.size() > 1) addAll(slot, moves, weaves);
    });
    return weaves;
  }

  /** Adds the weaves among the moves into one tensor: those that overlap, without gaps. */
  private static void addAll(Slot slot, List<Move> moves, List<Weave> weaves) {
    List<Move> sorted = new ArrayList<>(moves);
    sorted.sort((a, b) -> Long.compare(a.box().to(), b.box().to()));
    for (int first = 0, next; first < sorted.size(); first = next) {
      long begin = sorted.get(first).box().to();
      long end = begin;
      long elements = 0;
      for (next = first; next < sorted.size(); next++) {
        Box box = sorted.get(next).box();
        if (next > first && box.to() >= end) break;
        end = Math.max(end, box.lastTo() + 1);
        elements += box.elements();
      }
      List<Move> together = sorted.subList(first, next);
      if (together.size() > 1
          && elements == end - begin
          && together.stream().allMatch(Weave::hasRows))
        weaves.add(new Weave(slot, List.copyOf(together), begin, end));
    }
  }

  /** Whether a move reads rows of a file; what is made as it is read is read in order instead. */
  private static boolean hasRows(Move move) {
    if (!(move.source() instanceof Span)) return false;
    int width = Math.min(move.source().dtype().width(), move.target().dtype().width());
    return move.box().contiguousRun() * width >= RUN_BYTES;
  }

  /** How many elements to weave at once: whole periods of the pattern, if one fits. */
  long step(int bufferBytes) {
    long most = Math.max(1, Math.min(bufferBytes, Worker.PIECE) / target.dtype().width());
    long period = 1;
    for (Move move : moves)
      for (Dim dim : move.box().dims())
        if (dim.toStride() <= most) period = Math.max(period, dim.toStride());
    return most / period * period;
  }
}
