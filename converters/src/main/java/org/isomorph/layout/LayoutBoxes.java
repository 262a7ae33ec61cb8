package org.isomorph.layout;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.isomorph.tensor.Shape;

/**
 * A layout's tensor as boxes over its elements in row-major order.
 *
 * <p>Each operator moves the elements of an operand to the result by a single box (splitting and
 * merging axes move nothing), so a layout is the composition of its operators.
 *
 * @param shape the tensor's shape
 * @param pieces where its elements come from: a parameter, or nothing where it is padding
 */
record LayoutBoxes<P>(Shape shape, List<Piece<Optional<P>, Boolean>> pieces) {

  static <P> LayoutBoxes<P> of(Layout<P> layout, Function<? super P, Shape> parameters) {
    List<LayoutBoxes<P>> operands =
        layout.operands().stream().map(operand -> of(operand, parameters)).toList();
    List<Shape> shapes = operands.stream().map(LayoutBoxes::shape).toList();
    Shape shape = LayoutShapes.of(layout, shapes, parameters);
    List<Piece<Optional<P>, Boolean>> pieces = new ArrayList<>();
    if (layout instanceof Layout.Leaf<P>(P parameter) && shape.elements() > 0)
      pieces.add(piece(Optional.of(parameter), Box.run(0, 0, shape.elements())));
    long begin = 0; // along the axis of a concatenation or stack
    for (int k = 0; k < operands.size(); k++) {
      Optional<Box> step = step(layout, shapes.get(k), shape, begin);
      for (Piece<Optional<P>, Boolean> piece : operands.get(k).pieces)
        for (Box through : step.stream().toList())
          for (Box box : Composition.of(piece.box(), through))
            pieces.add(piece(piece.source(), box));
      begin += layout instanceof Layout.Concat<P> concat ? shapes.get(k).dim(concat.axis()) : 1;
    }
    if (layout instanceof Layout.Pad<P> pad)
      padding(pad, shapes.getFirst(), shape)
          .ifPresent(box -> pieces.add(piece(Optional.empty(), box)));
    return new LayoutBoxes<>(shape, Fusion.fuse(pieces));
  }

  private static <P> Piece<Optional<P>, Boolean> piece(Optional<P> source, Box box) {
    return new Piece<>(source, true, box);
  }

  /** How an operand's elements become the result's: nothing if there are none. */
  private static Optional<Box> step(Layout<?> layout, Shape operand, Shape result, long begin) {
    long[] from = operand.strides();
    long[] to = result.strides();
    return switch (layout) {
      case Layout.Part<?> part -> box(result, part.from() * from[part.axis()], from, 0, to);
      case Layout.Concat<?> concat -> box(operand, 0, from, begin * to[concat.axis()], to);
      case Layout.Stack<?> stack ->
          box(operand, 0, from, begin * to[stack.axis()], without(to, stack.axis()));
      case Layout.Permute<?> permute -> {
        List<Integer> axes = LayoutShapes.axes(permute, operand);
        yield box(result, 0, axes.stream().mapToLong(axis -> from[axis]).toArray(), 0, to);
      }
      case Layout.Repeat<?> repeat -> {
        int axis = repeat.axis();
        long[] steps = to.clone();
        steps[axis] *= repeat.times();
        yield box(
            with(operand, axis, repeat.times()),
            0,
            with(from, axis, 0),
            0,
            with(steps, axis, to[axis]));
      }
      case Layout.Pad<?> _ -> box(operand, 0, from, 0, to);
      case Layout.Broadcast<?> broadcast -> box(result, 0, with(from, broadcast.axis(), 0), 0, to);
      case Layout.Leaf<?> _, Layout.Split<?> _, Layout.Merge<?> _, Layout.Each<?> _ ->
          box(Shape.of(operand.elements()), 0, new long[] {1}, 0, new long[] {1});
    };
  }

  /** From a tensor of one element to what is added at the end of the axis. */
  private static Optional<Box> padding(Layout.Pad<?> pad, Shape operand, Shape result) {
    long begin = operand.dim(pad.axis());
    return box(
        result.with(pad.axis(), pad.extent() - begin),
        0,
        new long[result.rank()],
        begin * result.strides()[pad.axis()],
        result.strides());
  }

  private static Optional<Box> box(
      Shape region, long from, long[] fromStrides, long to, long[] toStrides) {
    return region.elements() == 0
        ? Optional.empty()
        : Optional.of(Box.over(region, from, fromStrides, to, toStrides));
  }

  private static Shape with(Shape shape, int axis, long extent) {
    return Shape.of(with(shape.dims(), axis, extent));
  }

  private static long[] with(long[] values, int index, long value) {
    long[] result = new long[values.length + 1];
    System.arraycopy(values, 0, result, 0, index);
    result[index] = value;
    System.arraycopy(values, index, result, index + 1, values.length - index);
    return result;
  }

  private static long[] without(long[] values, int index) {
    long[] result = new long[values.length - 1];
    System.arraycopy(values, 0, result, 0, index);
    System.arraycopy(values, index + 1, result, index, result.length - index);
    return result;
  }
}
