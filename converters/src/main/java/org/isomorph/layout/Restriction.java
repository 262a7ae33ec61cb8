package org.isomorph.layout;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import org.isomorph.layout.Box.Dim;

/**
 * The part of a box that lies in a range of neighbouring elements of one of its two tensors.
 *
 * <p>Because strides nest, an axis has at most two steps that straddle the range's ends; everything
 * between them stays one box. So the part is at most two boxes for each axis, and one more.
 */
public final class Restriction {
  private final ToLongFunction<Dim> stride;
  private final long first;
  private final long end;
  private final List<Dim> repeated = new ArrayList<>();
  private final List<Box> result = new ArrayList<>();

  private Restriction(ToLongFunction<Dim> stride, long first, long end) {
    this.stride = stride;
    this.first = first;
    this.end = end;
  }

  /** The part whose source elements are {@code first} (inclusive) to {@code end} (exclusive). */
  public static List<Box> ofSource(Box box, long first, long end) {
    return new Restriction(Dim::fromStride, first, end).of(box, box.from());
  }

  /** The part whose target elements are {@code first} (inclusive) to {@code end} (exclusive). */
  public static List<Box> ofTarget(Box box, long first, long end) {
    return new Restriction(Dim::toStride, first, end).of(box, box.to());
  }

  private List<Box> of(Box box, long base) {
    List<Dim> moving = new ArrayList<>();
    for (Dim dim : box.dims()) (stride.applyAsLong(dim) == 0 ? repeated : moving).add(dim);
    moving.sort((a, b) -> Long.compare(stride.applyAsLong(b), stride.applyAsLong(a)));
    cut(moving, base, box.from(), box.to());
    return result;
  }

  /** Adds what lies in the range of the box with these dims, whose element 0 is {@code base}. */
  private void cut(List<Dim> dims, long base, long from, long to) {
    long last = base + span(dims);
    if (last < first || base >= end) return;
    if (base >= first && last < end) {
      List<Dim> all = new ArrayList<>(dims);
      all.addAll(repeated);
      result.add(new Box(from, to, all));
      return;
    }
    Dim outer = dims.getFirst();
    List<Dim> inner = dims.subList(1, dims.size());
    long step = stride.applyAsLong(outer);
    long innerSpan = span(inner);
    long touched = Math.max(0, Math.ceilDiv(first - innerSpan - base, step));
    long touchedEnd = Math.min(outer.extent(), Math.floorDiv(end - 1 - base, step) + 1);
    long whole = Math.clamp(Math.ceilDiv(first - base, step), touched, touchedEnd);
    long wholeEnd =
        Math.clamp(Math.floorDiv(end - 1 - innerSpan - base, step) + 1, whole, touchedEnd);
    for (long i = touched; i < whole; i++) step(outer, inner, i, step, base, from, to);
    if (whole < wholeEnd) {
      List<Dim> middle = new ArrayList<>(inner);
      middle.add(new Dim(wholeEnd - whole, outer.fromStride(), outer.toStride()));
      middle.addAll(repeated);
      result.add(new Box(from + whole * outer.fromStride(), to + whole * outer.toStride(), middle));
    }
    for (long i = wholeEnd; i < touchedEnd; i++) step(outer, inner, i, step, base, from, to);
  }

  private void step(Dim outer, List<Dim> inner, long i, long step, long base, long from, long to) {
    cut(inner, base + i * step, from + i * outer.fromStride(), to + i * outer.toStride());
  }

  private long span(List<Dim> dims) {
    long span = 0;
    for (Dim dim : dims) span += (dim.extent() - 1) * stride.applyAsLong(dim);
    return span;
  }
}
