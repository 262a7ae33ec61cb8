package org.isomorph.layout;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.isomorph.tensor.Shape;

/**
 * One tensor, written as an expression over parameters: {@code concat(0, leaf("q"), leaf("k"),
 * leaf("v"))}.
 *
 * <p>The algebra is closed and small, and nothing in it changes a number, so every layout is a
 * finite union of boxes and can be read in both directions: as the recipe of the tensor, and, by
 * {@link Mapping#inverse}, as the way to take it apart again. Sizes that follow from the
 * parameters' shapes are never asked for.
 *
 * <p>Axes count from 0, outermost first. {@code toString} is the expression in Java's own notation.
 *
 * @param <P> what names a parameter
 */
public sealed interface Layout<P> {

  /** The parameter itself. */
  record Leaf<P>(P parameter) implements Layout<P> {
    @Override
    public List<Layout<P>> operands() {
      return List.of();
    }

    @Override
    public String toString() {
      return parameter.toString();
    }
  }

  /** The indices {@code from} (inclusive) to {@code to} (exclusive, or {@link #TO_END}). */
  record Part<P>(Layout<P> operand, int axis, long from, long to) implements Layout<P> {
    @Override
    public List<Layout<P>> operands() {
      return List.of(operand);
    }

    @Override
    public String toString() {
      return operand + ".part(" + axis + ", " + from + (to == TO_END ? ")" : ", " + to + ")");
    }
  }

  /** Tensors one after another along an axis; they agree in all other axes. */
  record Concat<P>(int axis, List<Layout<P>> operands) implements Layout<P> {
    public Concat {
      operands = Layout.some("concat", operands);
    }

    @Override
    public String toString() {
      return Layout.call("concat", axis, operands);
    }
  }

  /** Tensors of one shape, side by side along a new axis. */
  record Stack<P>(int axis, List<Layout<P>> operands) implements Layout<P> {
    public Stack {
      operands = Layout.some("stack", operands);
    }

    @Override
    public String toString() {
      return Layout.call("stack", axis, operands);
    }
  }

  /** One axis as several; one of the sizes may be -1, and is what the others leave. */
  record Split<P>(Layout<P> operand, int axis, List<Long> sizes) implements Layout<P> {
    public Split {
      sizes = List.copyOf(sizes);
    }

    @Override
    public List<Layout<P>> operands() {
      return List.of(operand);
    }

    @Override
    public String toString() {
      return operand + ".split(" + Layout.list(Stream.of(axis), sizes.stream()) + ")";
    }
  }

  /** The axes {@code first} to {@code last}, both inclusive, as one. */
  record Merge<P>(Layout<P> operand, int first, int last) implements Layout<P> {
    @Override
    public List<Layout<P>> operands() {
      return List.of(operand);
    }

    @Override
    public String toString() {
      return operand + ".merge(" + first + ", " + last + ")";
    }
  }

  /**
   * Axes in another order: axis {@code k} of the result is axis {@code axes[k]} of the operand.
   * Axes behind those that are listed stay where they are.
   */
  record Permute<P>(Layout<P> operand, List<Integer> axes) implements Layout<P> {
    public Permute {
      axes = List.copyOf(axes);
    }

    @Override
    public List<Layout<P>> operands() {
      return List.of(operand);
    }

    @Override
    public String toString() {
      return axes.equals(List.of(1, 0))
          ? operand + ".transpose()"
          : operand + ".permute(" + Layout.list(axes.stream(), Stream.of()) + ")";
    }
  }

  /** Each index of an axis {@code times} times in place: 0 0 1 1 2 2, as key heads are shared. */
  record Repeat<P>(Layout<P> operand, int axis, long times) implements Layout<P> {
    @Override
    public List<Layout<P>> operands() {
      return List.of(operand);
    }

    @Override
    public String toString() {
      return operand + ".repeat(" + axis + ", " + times + ")";
    }
  }

  /** An axis made longer at its end; what is added belongs to no parameter. */
  record Pad<P>(Layout<P> operand, int axis, long extent) implements Layout<P> {
    @Override
    public List<Layout<P>> operands() {
      return List.of(operand);
    }

    @Override
    public String toString() {
      return operand + ".pad(" + axis + ", " + extent + ")";
    }
  }

  /** A new axis, along which nothing changes. */
  record Broadcast<P>(Layout<P> operand, int axis, long extent) implements Layout<P> {
    @Override
    public List<Layout<P>> operands() {
      return List.of(operand);
    }

    @Override
    public String toString() {
      return operand + ".broadcast(" + axis + ", " + extent + ")";
    }
  }

  /**
   * The operand for all values of a named index, side by side along a new axis. {@link #bind} makes
   * it a {@link Stack}; until then it has no shape and no boxes.
   */
  record Each<P>(int axis, String index, Layout<P> operand) implements Layout<P> {
    @Override
    public List<Layout<P>> operands() {
      return List.of(operand);
    }

    @Override
    public String toString() {
      return "each(" + axis + ", \"" + index + "\", " + operand + ")";
    }
  }

  /** As the end of a part: the end of the axis. */
  long TO_END = -1;

  /** The parameter as it is. */
  static <P> Layout<P> leaf(P parameter) {
    return new Leaf<>(parameter);
  }

  /** {@link Concat} of at least one tensor. */
  @SafeVarargs
  @SuppressWarnings("varargs") // the array is only copied
  static <P> Layout<P> concat(int axis, Layout<P>... parts) {
    return new Concat<>(axis, List.of(parts));
  }

  /** {@link Stack} of at least one tensor. */
  @SafeVarargs
  @SuppressWarnings("varargs") // the array is only copied
  static <P> Layout<P> stack(int axis, Layout<P>... parts) {
    return new Stack<>(axis, List.of(parts));
  }

  /** {@link Each} value of the index {@code i}, {@code e}, ... */
  static <P> Layout<P> each(int axis, String index, Layout<P> operand) {
    return new Each<>(axis, index, operand);
  }

  /** The indices {@code from} (inclusive) to {@code to} (exclusive) of an axis. */
  default Layout<P> part(int axis, long from, long to) {
    return new Part<>(this, axis, from, to);
  }

  /** The indices from {@code from} to the end of an axis. */
  default Layout<P> part(int axis, long from) {
    return new Part<>(this, axis, from, TO_END);
  }

  /** One axis as several, of these sizes; one of them may be -1: what the others leave. */
  default Layout<P> split(int axis, long... sizes) {
    return new Split<>(this, axis, Arrays.stream(sizes).boxed().toList());
  }

  /** The neighbouring axes {@code first} to {@code last}, both inclusive, as one. */
  default Layout<P> merge(int first, int last) {
    return new Merge<>(this, first, last);
  }

  /** Axis {@code k} of the result is axis {@code axes[k]}; axes behind these stay in place. */
  default Layout<P> permute(int... axes) {
    return new Permute<>(this, IntStream.of(axes).boxed().toList());
  }

  /** The first two axes exchanged. */
  default Layout<P> transpose() {
    return permute(1, 0);
  }

  /** Each index of an axis {@code times} times in place. */
  default Layout<P> repeat(int axis, long times) {
    return new Repeat<>(this, axis, times);
  }

  /** An axis made {@code extent} long, with padding at its end. */
  default Layout<P> pad(int axis, long extent) {
    return new Pad<>(this, axis, extent);
  }

  /** A new axis of this extent, along which nothing changes. */
  default Layout<P> broadcast(int axis, long extent) {
    return new Broadcast<>(this, axis, extent);
  }

  /** The layouts that this one is made of, in order. */
  List<Layout<P>> operands();

  /** The parameters that occur, each once, in order of first appearance. */
  default Set<P> parameters() {
    if (this instanceof Leaf<P>(P parameter)) return Set.of(parameter);
    Set<P> found = new LinkedHashSet<>();
    for (Layout<P> operand : operands()) found.addAll(operand.parameters());
    return found;
  }

  /** The indices that {@link Each} leaves to be bound, outermost first. */
  default Set<String> indices() {
    Set<String> found = new LinkedHashSet<>();
    if (this instanceof Each<P> each) found.add(each.index());
    for (Layout<P> operand : operands()) found.addAll(operand.indices());
    return found;
  }

  /**
   * This layout with each {@link Each} expanded and each parameter renamed.
   *
   * @param bound the indices that the tensor's name has bound already
   * @param count how many values an index has: they are 0 to this, exclusive
   * @param leaf the parameter for one value of all indices around it
   * @throws IllegalArgumentException if an index is bound twice or has no values
   */
  default <Q> Layout<Q> bind(
      Map<String, Long> bound,
      ToLongFunction<String> count,
      BiFunction<? super P, Map<String, Long>, Q> leaf) {
    return new Binding<P, Q>(count, leaf).bind(this, Map.copyOf(bound));
  }

  /**
   * The tensor's shape.
   *
   * @param parameters the shape of each parameter
   * @throws IllegalArgumentException if shapes do not fit, with the numbers and the expression
   * @throws IllegalStateException if an index is not bound
   */
  default Shape shape(Function<? super P, Shape> parameters) {
    return LayoutShapes.shape(this, parameters);
  }

  /**
   * Which elements of the parameters are which elements of the tensor.
   *
   * @param target the tensor's name
   * @param parameters the shape of each parameter
   * @throws IllegalArgumentException if shapes do not fit, as {@link #shape}
   * @throws IllegalStateException if an index is not bound
   */
  default <T> Mapping<P, T> mapping(T target, Function<? super P, Shape> parameters) {
    if (this instanceof Leaf<P>(P leaf)) return Mapping.copy(leaf, target, parameters.apply(leaf));
    List<Piece<P, T>> pieces = new ArrayList<>();
    for (var piece : LayoutBoxes.of(this, parameters).pieces())
      piece.source().ifPresent(leaf -> pieces.add(new Piece<>(leaf, target, piece.box())));
    return new Mapping<>(pieces);
  }

  /**
   * Where the tensor has padding: boxes from a tensor of one element into this one.
   *
   * @param parameters the shape of each parameter
   * @throws IllegalArgumentException if shapes do not fit, as {@link #shape}
   * @throws IllegalStateException if an index is not bound
   */
  default List<Box> padding(Function<? super P, Shape> parameters) {
    List<Box> boxes = new ArrayList<>();
    for (var piece : LayoutBoxes.of(this, parameters).pieces())
      if (piece.source().isEmpty()) boxes.add(piece.box());
    return boxes;
  }

  private static <P> List<Layout<P>> some(String operator, List<Layout<P>> operands) {
    if (operands.isEmpty()) throw new IllegalArgumentException(operator + " of no tensors");
    return List.copyOf(operands);
  }

  private static String call(String operator, int axis, List<?> operands) {
    return operator + "(" + list(Stream.of(axis), operands.stream()) + ")";
  }

  private static String list(Stream<?> first, Stream<?> rest) {
    return Stream.concat(first, rest).map(Object::toString).collect(Collectors.joining(", "));
  }
}
