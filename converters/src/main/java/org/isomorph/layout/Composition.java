package org.isomorph.layout;

import java.util.ArrayList;
import java.util.List;
import org.isomorph.layout.Box.Dim;

/**
 * Two boxes that meet in the same middle tensor, as boxes from the first one's source to the second
 * one's target.
 *
 * <p>The meeting elements are found stride by stride, never one by one. On either side the dims are
 * ordered by falling middle stride, and the outermost two are looked at:
 *
 * <ul>
 *   <li>Equal strides: the two indices differ by a constant, for which the spans of the inner dims
 *       leave at most two values. Each becomes a dim of the result.
 *   <li>The larger stride is a multiple of the smaller: the finer dim is cut into blocks as long as
 *       the coarser stride, in step with it, and a head and a tail shorter than a block.
 *   <li>Otherwise the indices of one of the dims are taken one by one: those few at which a single
 *       block meets the other side, or, where strides do not divide, the shorter list of the two.
 * </ul>
 */
final class Composition {
  private final List<Box> found = new ArrayList<>();
  private final List<Dim> shared = new ArrayList<>();

  private Composition() {}

  /** The first box, then the second; boxes are not fused, and none if they do not meet. */
  static List<Box> of(Box first, Box second) {
    if (first.lastTo() < second.from() || second.lastFrom() < first.to()) return List.of();
    if (first.isRun() && second.isRun()) return List.of(ofRuns(first, second));
    Composition composition = new Composition();
    List<Step> steps = new ArrayList<>();
    for (Dim dim : second.dims()) {
      // A repeated element stays repeated, whichever element it is.
      if (dim.fromStride() == 0) composition.shared.add(dim);
      else steps.add(new Step(dim.extent(), dim.fromStride(), dim.toStride()));
    }
    composition.meet(
        new Side(
            first.to(),
            first.from(),
            first.dims().stream()
                .map(dim -> new Step(dim.extent(), dim.toStride(), dim.fromStride()))
                .toList()),
        new Side(second.from(), second.to(), steps));
    return composition.found;
  }

  /** What most tensors are: two runs that overlap. */
  private static Box ofRuns(Box first, Box second) {
    long begin = Math.max(first.to(), second.from());
    long end = Math.min(first.lastTo(), second.lastFrom()) + 1;
    return Box.run(
        first.from() + begin - first.to(), second.to() + begin - second.from(), end - begin);
  }

  private void meet(Side first, Side second) {
    if (first.last() < second.middle || second.last() < first.middle) return;
    if (first.steps.isEmpty() && second.steps.isEmpty())
      found.add(new Box(first.other, second.other, shared));
    else if (first.stride() == second.stride()) meetInStep(first, second);
    else if (first.stride() > second.stride()) meet(first, second, true);
    else meet(second, first, false);
  }

  /** Both outermost strides are equal. */
  private void meetInStep(Side first, Side second) {
    Step a = first.outer();
    Step b = second.outer();
    long stride = a.middle;
    long offset = second.middle - first.middle;
    long most = Math.floorDiv(offset + second.innerSpan(), stride);
    for (long lead = Math.ceilDiv(offset - first.innerSpan(), stride); lead <= most; lead++) {
      long begin = Math.max(0, lead);
      long end = Math.min(a.extent, b.extent + lead);
      if (begin >= end) continue;
      shared.add(new Dim(end - begin, a.other, b.other));
      meet(first.at(begin), second.at(begin - lead));
      shared.removeLast();
    }
  }

  /** The coarse side's outermost stride is the larger one; the fine side may be a point. */
  private void meet(Side coarse, Side fine, boolean coarseIsFirst) {
    if (fine.span() >= coarse.stride() && coarse.stride() % fine.stride() == 0) {
      for (Side block : fine.blocks(coarse.stride(), coarse.middle))
        meetOrdered(coarse, block, coarseIsFirst);
      return;
    }
    if (fine.steps.isEmpty() || coarse.meetings(fine) <= fine.meetings(coarse)) {
      long end = coarse.firstMeeting(fine) + coarse.meetings(fine);
      for (long i = coarse.firstMeeting(fine); i < end; i++)
        meetOrdered(coarse.at(i), fine, coarseIsFirst);
    } else {
      long end = fine.firstMeeting(coarse) + fine.meetings(coarse);
      for (long i = fine.firstMeeting(coarse); i < end; i++)
        meetOrdered(coarse, fine.at(i), coarseIsFirst);
    }
  }

  private void meetOrdered(Side coarse, Side fine, boolean coarseIsFirst) {
    if (coarseIsFirst) meet(coarse, fine);
    else meet(fine, coarse);
  }

  /** A dim as seen from the middle: its stride there, and in the other tensor. */
  private record Step(long extent, long middle, long other) {
    long span() {
      return (extent - 1) * middle;
    }
  }

  /** What is left of a box: its offsets in both tensors, and steps by falling middle stride. */
  private record Side(long middle, long other, List<Step> steps) {
    Side {
      List<Step> moving = new ArrayList<>(steps.size());
      for (Step step : steps) if (step.extent > 1) moving.add(step);
      if (moving.size() > 1) moving.sort((a, b) -> Long.compare(b.middle, a.middle));
      steps = moving;
    }

    Step outer() {
      return steps.getFirst();
    }

    long stride() {
      return steps.isEmpty() ? 0 : outer().middle;
    }

    long span() {
      long span = 0;
      for (Step step : steps) span += step.span();
      return span;
    }

    long innerSpan() {
      return span() - outer().span();
    }

    long last() {
      return middle + span();
    }

    /** The part at one index of the outermost step. */
    Side at(long index) {
      return new Side(
          middle + index * outer().middle,
          other + index * outer().other,
          steps.subList(1, steps.size()));
    }

    /** The first index of the outermost step whose part overlaps that side's range. */
    long firstMeeting(Side that) {
      return Math.max(0, Math.ceilDiv(that.middle - innerSpan() - middle, stride()));
    }

    /** How many indices do. */
    long meetings(Side that) {
      long last = Math.min(outer().extent - 1, Math.floorDiv(that.last() - middle, stride()));
      return Math.max(0, last - firstMeeting(that) + 1);
    }

    /**
     * This side as blocks that repeat with a stride which is a multiple of the outermost one, and
     * begin where an element at {@code phase} would; with a head before and a tail behind them.
     */
    List<Side> blocks(long blockStride, long phase) {
      long perBlock = blockStride / stride();
      long before = Math.floorMod(phase - middle, blockStride);
      long head = Math.max(0, Math.ceilDiv(before - innerSpan(), stride())) % perBlock;
      long blocks = (outer().extent - head) / perBlock;
      List<Side> result = new ArrayList<>();
      if (head > 0) result.add(cut(0, 1, head));
      if (blocks > 0) result.add(cut(head, blocks, perBlock));
      long tail = outer().extent - head - blocks * perBlock;
      if (tail > 0) result.add(cut(head + blocks * perBlock, 1, tail));
      return result;
    }

    /** The outermost indices from {@code begin} on, as so many blocks of so many. */
    private Side cut(long begin, long blocks, long perBlock) {
      Step outer = outer();
      List<Step> parts = new ArrayList<>(steps.subList(1, steps.size()));
      parts.add(new Step(blocks, perBlock * outer.middle, perBlock * outer.other));
      parts.add(new Step(perBlock, outer.middle, outer.other));
      return new Side(middle + begin * outer.middle, other + begin * outer.other, parts);
    }
  }
}
