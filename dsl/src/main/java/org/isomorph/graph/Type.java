package org.isomorph.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What a value is: a kind of number, and an extent for each axis, outermost first. */
public record Type(Kind kind, List<Dim> dims) {
  public Type {
    dims = List.copyOf(dims);
  }

  /** Kinds of numbers; the dtype that the graph runs in decides their width. */
  public enum Kind {
    /** In the dtype of the run: float32, bfloat16 or float64. */
    FLOAT,
    /** In float32 at least, where less would lose what matters: rotary tables, routing. */
    WIDE,
    /** Whole numbers of 64 bits: token ids, positions, choices. */
    INDEX,
    /** True or false. */
    TRUTH
  }

  public static Type of(Kind kind, Dim... dims) {
    return new Type(kind, List.of(dims));
  }

  public int rank() {
    return dims.size();
  }

  /** The extent of an axis; axis -1 is the last. */
  public Dim dim(int axis) {
    return dims.get(axis < 0 ? axis + dims.size() : axis);
  }

  /** The last axis' extent, which the description states. */
  public long width() {
    return dim(-1).fixed();
  }

  /** The same type with another extent on one axis; axis -1 is the last. */
  public Type with(int axis, Dim extent) {
    List<Dim> changed = new ArrayList<>(dims);
    changed.set(axis < 0 ? axis + dims.size() : axis, extent);
    return new Type(kind, changed);
  }

  public Type as(Kind other) {
    return new Type(other, dims);
  }

  @Override
  public String toString() {
    return kind.name().toLowerCase(java.util.Locale.ROOT)
        + dims.stream().map(Dim::toString).collect(Collectors.joining(", ", " (", ")"));
  }
}
