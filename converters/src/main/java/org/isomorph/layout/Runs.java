package org.isomorph.layout;

import java.io.IOException;
import java.util.List;

/** The runs of a box: elements that are neighbours in the source and in the target alike. */
public final class Runs {
  private Runs() {}

  /** Visits one run. */
  @FunctionalInterface
  public interface Visitor {
    /**
     * Visits a run.
     *
     * @param from its first element in the source
     * @param to its first element in the target
     * @param length how many elements there are
     * @return whether to go on
     */
    boolean visit(long from, long to, long length) throws IOException;
  }

  /**
   * Whether {@code visitor} says yes to every run, in order of the target; stops at the first no.
   */
  public static boolean all(Box box, Visitor visitor) throws IOException {
    long run = box.contiguousRun();
    List<Box.Dim> outer = run > 1 ? box.dims().subList(0, box.dims().size() - 1) : box.dims();
    return all(outer, box.from(), box.to(), run, visitor);
  }

  private static boolean all(List<Box.Dim> dims, long from, long to, long run, Visitor visitor)
      throws IOException {
    if (dims.isEmpty()) return visitor.visit(from, to, run);
    Box.Dim dim = dims.getFirst();
    for (long i = 0; i < dim.extent(); i++)
      if (!all(
          dims.subList(1, dims.size()),
          from + i * dim.fromStride(),
          to + i * dim.toStride(),
          run,
          visitor)) return false;
    return true;
  }
}
