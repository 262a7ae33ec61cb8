package org.isomorph.spec;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Indices of layers as ranges: how a path and a sentence name the layers that differ alike. */
final class LayerRanges {
  private record Range(long first, long last) {}

  private final List<Range> ranges = new ArrayList<>();

  /** Adds the layers from {@code first} to {@code last}, which lie behind all that were added. */
  void add(long first, long last) {
    if (!ranges.isEmpty() && ranges.getLast().last() + 1 == first)
      ranges.set(ranges.size() - 1, new Range(ranges.getLast().first(), last));
    else ranges.add(new Range(first, last));
  }

  /** {@code 3}, {@code 0..31} or {@code 0,2,4..6}. */
  String path() {
    return joined("..", ",");
  }

  /** {@code layer 3}, {@code layers 0-31}, or where they are many {@code layers 0, 2, 4 ... 30}. */
  String words() {
    boolean one = ranges.size() == 1 && ranges.getFirst().first() == ranges.getFirst().last();
    if (ranges.size() <= 4) return (one ? "layer " : "layers ") + joined("-", ", ");
    String some =
        ranges.stream().limit(3).map(range -> text(range, "-")).collect(Collectors.joining(", "));
    return "layers " + some + " ... " + text(ranges.getLast(), "-");
  }

  private String joined(String to, String and) {
    return ranges.stream().map(range -> text(range, to)).collect(Collectors.joining(and));
  }

  private static String text(Range range, String to) {
    return range.first() == range.last() ? "" + range.first() : range.first() + to + range.last();
  }
}
