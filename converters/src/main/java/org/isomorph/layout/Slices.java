package org.isomorph.layout;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.isomorph.layout.Box.Dim;
import org.isomorph.tensor.Shape;

/**
 * Which rows and columns of a tensor some boxes are, in words for a person: {@code rows 0:64,
 * 128:192}, {@code columns 0:32}, {@code all}.
 */
public final class Slices {
  private static final int MOST = 64;

  private Slices() {}

  /** What boxes read of their source, which has this shape. */
  public static String read(List<Box> boxes, Shape source) {
    return text(boxes.stream().map(Region::read).toList(), source);
  }

  /** What boxes write of their target, which has this shape. */
  public static String written(List<Box> boxes, Shape target) {
    return text(boxes, target);
  }

  private static String text(List<Box> boxes, Shape shape) {
    long elements = boxes.stream().mapToLong(Box::elements).sum();
    if (elements == shape.elements()) return "all";
    long row = shape.rank() == 0 ? 1 : shape.strides()[0];
    NavigableMap<Long, Long> rows = new TreeMap<>();
    long column = -1, columns = row;
    for (Box box : boxes) {
      long width = width(box, row);
      if (width < 0 || (column >= 0 && (column != box.to() % row || columns != width)))
        return "%,d elements".formatted(elements);
      column = box.to() % row;
      columns = width;
      if (!collect(box, row, rows)) return "%,d elements in many places".formatted(elements);
    }
    String some = columns == row ? "" : "columns %d:%d".formatted(column, column + columns);
    boolean allRows = rows.equals(new TreeMap<>(Map.of(0L, shape.dim(0))));
    if (allRows) return some;
    List<String> ranges = new ArrayList<>();
    rows.forEach((begin, end) -> ranges.add(begin + ":" + end));
    String text = "rows " + String.join(", ", ranges);
    return some.isEmpty() ? text : text + ", " + some;
  }

  /** How many neighbouring elements of each row are touched; -1 if that differs or has gaps. */
  private static long width(Box box, long row) {
    long width = 1;
    for (Dim dim : box.dims().reversed())
      if (dim.toStride() % row != 0) {
        if (dim.toStride() != width) return -1;
        width = Math.multiplyExact(width, dim.extent());
      }
    if (width <= row) return box.to() % row + width <= row ? width : -1;
    return width % row == 0 && box.to() % row == 0 ? row : -1;
  }

  /** Adds the rows of a box, as ranges that do not touch; false if there are too many. */
  private static boolean collect(Box box, long row, NavigableMap<Long, Long> rows) {
    List<Long> begins = new ArrayList<>(List.of(box.to() / row));
    long run = 1;
    for (Dim dim : box.dims().reversed()) {
      long span = dim.extent() * dim.toStride();
      if (dim.toStride() % row != 0) {
        if (span > row) run = span / row;
        continue;
      }
      long step = dim.toStride() / row;
      if (step == run && begins.size() == 1) {
        run *= dim.extent();
        continue;
      }
      if (begins.size() * dim.extent() > MOST) return false;
      List<Long> more = new ArrayList<>();
      for (long i = 0; i < dim.extent(); i++) for (long begin : begins) more.add(begin + i * step);
      begins = more;
    }
    for (long begin : begins) merge(rows, begin, begin + run);
    return rows.size() <= MOST;
  }

  private static void merge(NavigableMap<Long, Long> rows, long begin, long end) {
    var before = rows.floorEntry(begin);
    if (before != null && before.getValue() >= begin) {
      begin = before.getKey();
      end = Math.max(end, before.getValue());
    }
    for (var next = rows.ceilingEntry(begin);
        next != null && next.getKey() <= end;
        next = rows.ceilingEntry(begin)) {
      end = Math.max(end, next.getValue());
      rows.remove(next.getKey());
    }
    rows.put(begin, end);
  }
}
