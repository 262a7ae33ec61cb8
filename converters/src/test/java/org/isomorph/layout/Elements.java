package org.isomorph.layout;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.isomorph.tensor.Shape;

/**
 * The reference: a small tensor whose elements are labels such as {@code q7}, computed element by
 * element, by definitions that know nothing of boxes.
 */
record Elements(Shape shape, List<String> labels) {
  static final String PADDING = "-";

  /** The parameter {@code name}: its elements are labelled name0, name1, ... */
  static Elements parameter(String name, Shape shape) {
    return new Elements(
        shape, IntStream.range(0, (int) shape.elements()).mapToObj(k -> name + k).toList());
  }

  /** What the boxes of a mapping write to a tensor, one element after another. */
  static <S, T> Elements written(Mapping<S, T> mapping, T target, Shape shape) {
    String[] labels = new String[(int) shape.elements()];
    Arrays.fill(labels, PADDING);
    for (Piece<S, T> piece : mapping.pieces())
      if (piece.target().equals(target))
        visit(
            piece.box(),
            (from, to) -> {
              if (!labels[(int) to].equals(PADDING))
                throw new AssertionError("element " + to + " is written twice: " + mapping);
              labels[(int) to] = piece.source().toString() + from;
            });
    return new Elements(shape, List.of(labels));
  }

  interface Visitor {
    void visit(long from, long to);
  }

  /** All elements of a box, by counting its indices. */
  static void visit(Box box, Visitor visitor) {
    for (long count = 0; count < box.elements(); count++) {
      long rest = count;
      long from = box.from();
      long to = box.to();
      for (Box.Dim dim : box.dims().reversed()) {
        from += rest % dim.extent() * dim.fromStride();
        to += rest % dim.extent() * dim.toStride();
        rest /= dim.extent();
      }
      visitor.visit(from, to);
    }
  }

  /** From target element to source element. */
  static Map<Long, Long> table(List<Box> boxes) {
    Map<Long, Long> table = new HashMap<>();
    for (Box box : boxes)
      visit(
          box,
          (from, to) -> {
            if (table.put(to, from) != null) throw new AssertionError(to + " twice in " + boxes);
          });
    return table;
  }

  static Elements of(Layout<String> layout, Function<String, Shape> parameters) {
    List<Elements> operands =
        layout.operands().stream().map(operand -> of(operand, parameters)).toList();
    Shape shape = layout.shape(parameters);
    return switch (layout) {
      case Layout.Leaf<String>(String name) -> parameter(name, parameters.apply(name));
      case Layout.Part<String> part ->
          by(shape, at -> operands.getFirst().at(plus(at, part.axis(), part.from())));
      case Layout.Concat<String> concat ->
          by(
              shape,
              at -> {
                long[] index = at.clone();
                int k = 0;
                while (index[concat.axis()] >= operands.get(k).shape.dim(concat.axis()))
                  index[concat.axis()] -= operands.get(k++).shape.dim(concat.axis());
                return operands.get(k).at(index);
              });
      case Layout.Stack<String> stack ->
          by(shape, at -> operands.get((int) at[stack.axis()]).at(without(at, stack.axis())));
      // Neither changes the order of elements when written in a row.
      case Layout.Split<String> _, Layout.Merge<String> _ ->
          new Elements(shape, operands.getFirst().labels);
      case Layout.Permute<String> permute ->
          by(
              shape,
              at -> {
                long[] index = at.clone();
                for (int k = 0; k < permute.axes().size(); k++)
                  index[permute.axes().get(k)] = at[k];
                return operands.getFirst().at(index);
              });
      case Layout.Repeat<String> repeat ->
          by(
              shape,
              at -> {
                long[] index = at.clone();
                index[repeat.axis()] /= repeat.times();
                return operands.getFirst().at(index);
              });
      case Layout.Pad<String> pad ->
          by(
              shape,
              at ->
                  at[pad.axis()] < operands.getFirst().shape.dim(pad.axis())
                      ? operands.getFirst().at(at)
                      : PADDING);
      case Layout.Broadcast<String> broadcast ->
          by(shape, at -> operands.getFirst().at(without(at, broadcast.axis())));
      case Layout.Each<String> each -> throw new AssertionError(each);
    };
  }

  /** A tensor by the label at each index. */
  static Elements by(Shape shape, Function<long[], String> label) {
    return new Elements(
        shape,
        IntStream.range(0, (int) shape.elements())
            .mapToObj(element -> {
              long rest = element;
              long[] index = new long[shape.rank()];
              for (int axis = shape.rank() - 1; axis >= 0; axis--) {
                index[axis] = rest % shape.dim(axis);
                rest /= shape.dim(axis);
              }
              return label.apply(index);
            })
            .toList());
  }

  private String at(long[] index) {
    int element = 0;
    for (int axis = 0; axis < index.length; axis++) {
      if (index[axis] >= shape.dim(axis)) throw new AssertionError(Arrays.toString(index));
      element = (int) (element * shape.dim(axis) + index[axis]);
    }
    return labels.get(element);
  }

  private static long[] plus(long[] index, int axis, long shift) {
    long[] result = index.clone();
    result[axis] += shift;
    return result;
  }

  private static long[] without(long[] index, int axis) {
    return IntStream.range(0, index.length)
        .filter(k -> k != axis)
        .mapToLong(k -> index[k])
        .toArray();
  }
}
