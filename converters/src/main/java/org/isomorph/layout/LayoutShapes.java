package org.isomorph.layout;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.function.Function;
import org.isomorph.tensor.Shape;

/** The shape of each operator's result, and the complaints where shapes do not fit. */
final class LayoutShapes {
  private static final int LONGEST_EXPRESSION = 160; // characters of it in a message

  private LayoutShapes() {}

  static <P> Shape shape(Layout<P> layout, Function<? super P, Shape> parameters) {
    return of(
        layout,
        layout.operands().stream().map(operand -> shape(operand, parameters)).toList(),
        parameters);
  }

  /** The shape of a layout whose operands have these shapes. */
  static <P> Shape of(
      Layout<P> layout, List<Shape> operands, Function<? super P, Shape> parameters) {
    return switch (layout) {
      case Layout.Leaf<P>(P parameter) -> parameters.apply(parameter);
      case Layout.Part<P> part -> part(part, operands.getFirst());
      case Layout.Concat<P> concat -> concat(concat, operands);
      case Layout.Stack<P> stack -> stack(stack, operands);
      case Layout.Split<P> split -> split(split, operands.getFirst());
      case Layout.Merge<P> merge -> merge(merge, operands.getFirst());
      case Layout.Permute<P> permute -> {
        Shape shape = operands.getFirst();
        yield Shape.of(axes(permute, shape).stream().map(shape::dim).toList());
      }
      case Layout.Repeat<P> repeat -> {
        Shape shape = operands.getFirst();
        requireAxis(layout, repeat.axis(), shape);
        require(repeat.times() >= 1, layout, "cannot repeat %d times", repeat.times());
        yield shape.with(
            repeat.axis(), Math.multiplyExact(shape.dim(repeat.axis()), repeat.times()));
      }
      case Layout.Pad<P> pad -> {
        Shape shape = operands.getFirst();
        requireAxis(layout, pad.axis(), shape);
        require(
            shape.dim(pad.axis()) <= pad.extent(),
            layout,
            "cannot pad axis %d of %s to %d, which is less",
            pad.axis(),
            shape,
            pad.extent());
        yield shape.with(pad.axis(), pad.extent());
      }
      case Layout.Broadcast<P> broadcast ->
          inserted(layout, operands.getFirst(), broadcast.axis(), broadcast.extent());
      case Layout.Each<P> each ->
          throw new IllegalStateException(
              "index '%s' is not bound, in %s".formatted(each.index(), abbreviated(layout)));
    };
  }

  /** The end of a part, exclusive. */
  static long end(Layout.Part<?> part, Shape operand) {
    return part.to() == Layout.TO_END ? operand.dim(part.axis()) : part.to();
  }

  /** All axes of a permutation, also those that it leaves in place. */
  static List<Integer> axes(Layout.Permute<?> permute, Shape operand) {
    List<Integer> axes = new ArrayList<>(permute.axes());
    boolean permutation =
        axes.size() <= operand.rank() && new HashSet<>(axes).size() == axes.size();
    for (int axis : axes) permutation &= axis >= 0 && axis < axes.size();
    require(
        permutation,
        permute,
        "%s is no order of the first %d axes of %s",
        axes,
        axes.size(),
        operand);
    for (int axis = axes.size(); axis < operand.rank(); axis++) axes.add(axis);
    return axes;
  }

  private static Shape part(Layout.Part<?> part, Shape operand) {
    requireAxis(part, part.axis(), operand);
    long end = end(part, operand);
    require(
        0 <= part.from() && part.from() <= end && end <= operand.dim(part.axis()),
        part,
        "indices %d to %d are not within axis %d of %s",
        part.from(),
        end,
        part.axis(),
        operand);
    return operand.with(part.axis(), end - part.from());
  }

  private static Shape concat(Layout.Concat<?> concat, List<Shape> operands) {
    Shape first = operands.getFirst();
    requireAxis(concat, concat.axis(), first);
    long extent = 0;
    for (int k = 0; k < operands.size(); k++) {
      Shape next = operands.get(k);
      require(
          next.rank() == first.rank()
              && next.with(concat.axis(), 0).equals(first.with(concat.axis(), 0)),
          concat,
          "part %d has shape %s, which does not go on from %s along axis %d",
          k,
          next,
          first,
          concat.axis());
      extent = Math.addExact(extent, next.dim(concat.axis()));
    }
    return first.with(concat.axis(), extent);
  }

  private static Shape stack(Layout.Stack<?> stack, List<Shape> operands) {
    for (int k = 1; k < operands.size(); k++)
      require(
          operands.get(k).equals(operands.getFirst()),
          stack,
          "part %d has shape %s, but part 0 has %s",
          k,
          operands.get(k),
          operands.getFirst());
    return inserted(stack, operands.getFirst(), stack.axis(), operands.size());
  }

  private static Shape split(Layout.Split<?> split, Shape operand) {
    requireAxis(split, split.axis(), operand);
    long extent = operand.dim(split.axis());
    long known = 1;
    int open = 0;
    for (long size : split.sizes()) {
      if (size == -1) open++;
      else {
        require(size >= 0, split, "negative size %d", size);
        known = Math.multiplyExact(known, size);
      }
    }
    boolean fits = open == 0 ? known == extent : known > 0 && extent % known == 0;
    require(
        open <= 1 && fits,
        split,
        "axis %d of %s does not split into %s",
        split.axis(),
        operand,
        split.sizes());
    long rest = open == 0 ? 0 : extent / known;
    List<Long> extents = new ArrayList<>(operand.stream().boxed().toList());
    extents.remove(split.axis());
    extents.addAll(
        split.axis(), split.sizes().stream().map(size -> size == -1 ? rest : size).toList());
    return Shape.of(extents);
  }

  private static Shape merge(Layout.Merge<?> merge, Shape operand) {
    require(
        0 <= merge.first() && merge.first() <= merge.last() && merge.last() < operand.rank(),
        merge,
        "%s has no axes %d to %d",
        operand,
        merge.first(),
        merge.last());
    List<Long> extents = new ArrayList<>(operand.stream().boxed().toList());
    List<Long> merged = extents.subList(merge.first(), merge.last() + 1);
    long product = merged.stream().reduce(1L, Math::multiplyExact);
    merged.clear();
    extents.add(merge.first(), product);
    return Shape.of(extents);
  }

  private static Shape inserted(Layout<?> layout, Shape operand, int axis, long extent) {
    require(
        0 <= axis && axis <= operand.rank(),
        layout,
        "axis %d cannot be added to %s",
        axis,
        operand);
    require(extent >= 1, layout, "a new axis of extent %d", extent);
    List<Long> extents = new ArrayList<>(operand.stream().boxed().toList());
    extents.add(axis, extent);
    return Shape.of(extents);
  }

  private static void requireAxis(Layout<?> layout, int axis, Shape shape) {
    require(0 <= axis && axis < shape.rank(), layout, "%s has no axis %d", shape, axis);
  }

  @SuppressWarnings("AnnotateFormatMethod") // the annotation is not on the class path
  private static void require(
      boolean condition, Layout<?> layout, String message, Object... arguments) {
    if (!condition)
      throw new IllegalArgumentException(
          message.formatted(arguments) + ", in " + abbreviated(layout));
  }

  private static String abbreviated(Layout<?> layout) {
    String text = layout.toString();
    return text.length() <= LONGEST_EXPRESSION
        ? text
        : text.substring(0, LONGEST_EXPRESSION) + "...";
  }
}
