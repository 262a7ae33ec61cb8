package org.isomorph.layout;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.ToLongFunction;

/**
 * Expands a layout over named indices into one over parameters.
 *
 * @param count how many values an index has
 * @param leaf the parameter for one value of each index around it
 */
record Binding<P, Q>(
    ToLongFunction<String> count, BiFunction<? super P, Map<String, Long>, Q> leaf) {

  Layout<Q> bind(Layout<P> layout, Map<String, Long> bound) {
    return switch (layout) {
      case Layout.Leaf<P>(P parameter) -> Layout.leaf(leaf.apply(parameter, bound));
      case Layout.Part<P>(Layout<P> operand, int axis, long from, long to) ->
          new Layout.Part<>(bind(operand, bound), axis, from, to);
      case Layout.Concat<P>(int axis, List<Layout<P>> operands) ->
          new Layout.Concat<>(axis, bindAll(operands, bound));
      case Layout.Stack<P>(int axis, List<Layout<P>> operands) ->
          new Layout.Stack<>(axis, bindAll(operands, bound));
      case Layout.Split<P>(Layout<P> operand, int axis, List<Long> sizes) ->
          new Layout.Split<>(bind(operand, bound), axis, sizes);
      case Layout.Merge<P>(Layout<P> operand, int first, int last) ->
          new Layout.Merge<>(bind(operand, bound), first, last);
      case Layout.Permute<P>(Layout<P> operand, List<Integer> axes) ->
          new Layout.Permute<>(bind(operand, bound), axes);
      case Layout.Repeat<P>(Layout<P> operand, int axis, long times) ->
          new Layout.Repeat<>(bind(operand, bound), axis, times);
      case Layout.Pad<P>(Layout<P> operand, int axis, long extent) ->
          new Layout.Pad<>(bind(operand, bound), axis, extent);
      case Layout.Broadcast<P>(Layout<P> operand, int axis, long extent) ->
          new Layout.Broadcast<>(bind(operand, bound), axis, extent);
      case Layout.Each<P> each -> expand(each, bound);
    };
  }

  private List<Layout<Q>> bindAll(List<Layout<P>> layouts, Map<String, Long> bound) {
    return layouts.stream().map(layout -> bind(layout, bound)).toList();
  }

  private Layout<Q> expand(Layout.Each<P> each, Map<String, Long> bound) {
    if (bound.containsKey(each.index()))
      throw new IllegalArgumentException(
          "index '%s' is already %d, in %s".formatted(each.index(), bound.get(each.index()), each));
    long values = count.applyAsLong(each.index());
    if (values < 1)
      throw new IllegalArgumentException(
          "index '%s' has %d values, in %s".formatted(each.index(), values, each));
    List<Layout<Q>> parts = new ArrayList<>();
    for (long value = 0; value < values; value++) {
      Map<String, Long> inner = new LinkedHashMap<>(bound);
      inner.put(each.index(), value);
      parts.add(bind(each.operand(), Map.copyOf(inner)));
    }
    return new Layout.Stack<>(each.axis(), parts);
  }
}
