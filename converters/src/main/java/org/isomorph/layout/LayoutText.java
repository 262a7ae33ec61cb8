package org.isomorph.layout;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * Reads layouts as their {@code toString} writes them: {@code concat(0, a.weight,
 * b.weight.transpose())}.
 *
 * <p>A number may also be a name, for what only a configuration tells: {@code q.split(0, heads,
 * -1)}.
 *
 * <pre>
 *   layout  = first ("." operator "(" number, ... ")")*
 *   first   = parameter
 *           | "concat(" axis, layout, ... ")" | "stack(" axis, layout, ... ")"
 *           | "each(" axis, index, layout ")"
 * </pre>
 */
public final class LayoutText<P> {
  private final String text;
  private final Function<String, P> parameters;
  private final ToLongFunction<String> names;
  private int at;

  private LayoutText(String text, Function<String, P> parameters, ToLongFunction<String> names) {
    this.text = text;
    this.parameters = parameters;
    this.names = names;
  }

  /**
   * Reads a layout.
   *
   * @param parameters what a parameter's name stands for
   * @param names what a name in place of a number stands for; it may throw
   * @throws IllegalArgumentException with the place, if the text is no layout
   */
  public static <P> Layout<P> parse(
      String text, Function<String, P> parameters, ToLongFunction<String> names) {
    LayoutText<P> reading = new LayoutText<>(text, parameters, names);
    Layout<P> layout = reading.layout();
    reading.spaces();
    if (reading.at < text.length()) throw reading.wrong("the end");
    return layout;
  }

  private Layout<P> layout() {
    String word = word();
    Layout<P> layout;
    if (peek() != '(') return Layout.leaf(parameters.apply(word));
    int dot = word.lastIndexOf('.');
    if (dot < 0) layout = first(word);
    else
      layout =
          applied(Layout.leaf(parameters.apply(word.substring(0, dot))), word.substring(dot + 1));
    while (peek() == '.') {
      at++;
      layout = applied(layout, word());
    }
    return layout;
  }

  private Layout<P> first(String name) {
    take('(');
    int axis = Math.toIntExact(number());
    return switch (name) {
      case "concat" -> new Layout.Concat<>(axis, parts());
      case "stack" -> new Layout.Stack<>(axis, parts());
      case "each" -> each(axis);
      default -> throw wrong("concat, stack or each, but no " + name);
    };
  }

  private List<Layout<P>> parts() {
    List<Layout<P>> parts = new ArrayList<>();
    while (peek() == ',') {
      take(',');
      parts.add(layout());
    }
    take(')');
    return parts;
  }

  private Layout<P> each(int axis) {
    take(',');
    take('"');
    String index = word();
    take('"');
    take(',');
    Layout<P> operand = layout();
    take(')');
    return Layout.each(axis, index, operand);
  }

  private Layout<P> applied(Layout<P> operand, String operator) {
    List<Long> numbers = numbers();
    int[] axes = numbers.stream().mapToInt(Math::toIntExact).toArray();
    return switch (operator + "/" + (numbers.size() > 3 ? "many" : numbers.size())) {
      case "part/2" -> operand.part(axes[0], numbers.get(1));
      case "part/3" -> operand.part(axes[0], numbers.get(1), numbers.get(2));
      case "merge/2" -> operand.merge(axes[0], axes[1]);
      case "transpose/0" -> operand.transpose();
      case "repeat/2" -> operand.repeat(axes[0], numbers.get(1));
      case "pad/2" -> operand.pad(axes[0], numbers.get(1));
      case "broadcast/2" -> operand.broadcast(axes[0], numbers.get(1));
      case "permute/1", "permute/2", "permute/3", "permute/many" -> operand.permute(axes);
      case "split/2", "split/3", "split/many" ->
          operand.split(
              axes[0], numbers.subList(1, numbers.size()).stream().mapToLong(n -> n).toArray());
      default ->
          throw wrong(
              "an operator of layouts with its numbers, but no "
                  + operator
                  + " of "
                  + numbers.size());
    };
  }

  private List<Long> numbers() {
    List<Long> numbers = new ArrayList<>();
    take('(');
    while (peek() != ')') {
      if (!numbers.isEmpty()) take(',');
      numbers.add(number());
    }
    take(')');
    return numbers;
  }

  private long number() {
    int start = at;
    String word = word();
    if (word.matches("-?\\d{1,18}")) return Long.parseLong(word);
    if (word.matches("[A-Za-z_]\\w*")) return names.applyAsLong(word);
    at = start;
    throw wrong("a number or a name for one");
  }

  private String word() {
    spaces();
    int start = at;
    while (at < text.length() && " ,()\"".indexOf(text.charAt(at)) < 0) at++;
    if (at == start) throw wrong("a name");
    return text.substring(start, at);
  }

  private void take(char expected) {
    if (peek() != expected) throw wrong("'" + expected + "'");
    at++;
  }

  private char peek() {
    spaces();
    return at < text.length() ? text.charAt(at) : '\0';
  }

  private void spaces() {
    while (at < text.length() && text.charAt(at) == ' ') at++;
  }

  private IllegalArgumentException wrong(String expected) {
    String rest = at < text.length() ? "\"" + text.substring(at) + "\"" : "nothing";
    return new IllegalArgumentException(
        "layout \"" + text + "\": expected " + expected + ", found " + rest);
  }
}
