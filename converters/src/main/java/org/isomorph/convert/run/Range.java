package org.isomorph.convert.run;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Bytes of a source file that are bytes of the target file, unchanged.
 *
 * @param from the first byte in the source file
 * @param to the first byte in the target file
 */
record Range(Path source, long from, long to, long length) {

  /**
   * The same bytes in as few ranges as can be, ordered by target: tensors that are neighbours in
   * both files move as one.
   */
  static List<Range> fused(List<Range> ranges) {
    List<Range> sorted = new ArrayList<>(ranges);
    sorted.sort((a, b) -> Long.compare(a.to, b.to));
    List<Range> result = new ArrayList<>();
    for (Range next : sorted) {
      Range last = result.isEmpty() ? null : result.getLast();
      if (last != null
          && last.to + last.length == next.to
          && last.from + last.length == next.from
          && last.source.equals(next.source))
        result.set(
            result.size() - 1,
            new Range(last.source, last.from, last.to, last.length + next.length));
      else result.add(next);
    }
    return result;
  }

  /**
   * The same bytes in groups, one for each {@code bytes} of the target that have some: ranges,
   * ordered by target, are cut where another group begins.
   */
  static List<List<Range>> grouped(List<Range> ranges, long bytes) {
    List<List<Range>> groups = new ArrayList<>();
    List<Range> group = new ArrayList<>();
    long end = 0; // of the part of the target that the group is for
    for (Range range : ranges)
      for (long done = 0; done < range.length; ) {
        long to = range.to + done;
        if (to >= end) {
          if (!group.isEmpty()) groups.add(List.copyOf(group));
          group.clear();
          end = (to / bytes + 1) * bytes;
        }
        long part = Math.min(end - to, range.length - done);
        group.add(new Range(range.source, range.from + done, to, part));
        done += part;
      }
    if (!group.isEmpty()) groups.add(List.copyOf(group));
    return groups;
  }
}
