package samples;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;

/** Records and switches of every kind, and what they give, in words. */
public final class Samples {
  record Empty() {}

  record Primitives(boolean z, byte b, short s, char c, int i, long j, float f, double d) {}

  record Generic<T extends Comparable<T>>(T value, List<? extends T> list, Generic<T> next) {}

  record Arrays(int[] numbers, char[] text, Object[][] rest) {}

  record Own(int first, String second) {
    @Override
    public int hashCode() {
      return second.length();
    }
  }

  record Mute() {
    @Override
    public String toString() {
      return null;
    }
  }

  record Holder(Object held, CharSequence text) {}

  sealed interface Shape {
    record Circle(double radius) implements Shape {}

    record Pair(Shape left, Shape right) implements Shape {}

    record Point(String name) implements Shape {}

    default String kind() {
      return switch (this) {
        case Circle(double radius) when radius > 1 -> "large";
        case Circle(double radius) when radius < 0 -> "none";
        case Circle circle -> "small " + circle.radius;
        case Pair(Circle left, Circle right) when left.equals(right) -> "twins";
        case Pair(Circle left, Shape right) -> "circle and " + right.kind();
        case Pair(Pair left, Point right) -> left.kind() + " at " + right;
        case Pair pair -> "pair";
        case Point point -> "point";
      };
    }

    static int count(Shape... shapes) {
      int count = 0;
      for (Shape shape : shapes)
        switch (shape) {
          case Pair(Shape left, Shape right) -> count += count(left, right);
          case Circle circle -> count++;
          case null, default -> count += 100;
        }
      return count;
    }
  }

  static String of(Object object) {
    try {
      return "it is "
          + switch (object) {
            case null -> "null";
            case int[] numbers when numbers.length == 0 -> "no numbers";
            case int[] numbers -> numbers.length + " numbers";
            case Object[] objects -> objects.length + " objects";
            case Integer number when number > 9 -> "many";
            case Integer number when Integer.parseInt("" + (char) ('a' + number)) > 0 -> "never";
            case Number number -> "a number";
            case CharSequence text -> "a text of " + text.length();
            case Comparable<?> comparable -> "comparable";
            default -> object.getClass().getSimpleName();
          };
    } catch (NumberFormatException e) {
      return "not a number: " + e.getMessage();
    }
  }

  static int withoutNull(Object object) {
    return switch (object) {
      case String text -> text.length();
      case Object other -> -1;
    };
  }

  static String onlyNull(Object object) {
    return switch (object) {
      case null -> "null";
      default -> "something";
    };
  }

  /** Left as it is: not all labels are types. */
  static String constants(Object object, String text) {
    String first =
        switch (text) {
          case "a" -> "A";
          case String other when other.isEmpty() -> "nothing";
          case String other -> other;
        };
    return first
        + switch (object) {
          case null -> 3;
          case Thread.State state when state == Thread.State.NEW -> 2;
          case Thread.State.BLOCKED -> 1;
          default -> 0;
        };
  }

  private static String outcome(Supplier<Object> supplier) {
    try {
      return String.valueOf(supplier.get());
    } catch (RuntimeException e) {
      return e.getClass().getName();
    }
  }

  /** Arrays are given, as what they are written as is never the same twice. */
  public static List<String> results(int[] numbers, char[] text) {
    record Local(String a$b, int _c) {}
    var one = new Generic<>("x", List.of("y"), null);
    var circle = new Shape.Circle(0.5);
    List<Object> objects = new ArrayList<>();
    for (double d : new double[] {0.0, -0.0, Double.NaN, 1e300, Double.MIN_VALUE})
      for (float f : new float[] {0f, -0f, Float.NaN, 3.4e38f})
        objects.add(new Primitives(d > 0, (byte) -1, (short) -2, 'ä', 7, 1L << 40, f, d));
    objects.add(
        new Primitives(
            false, (byte) -1, (short) -2, 'ä', 7, 1L << 40, Float.NaN, -(0.0 / 0.0)));
    objects.add(new Primitives(true, Byte.MIN_VALUE, Short.MAX_VALUE, '\0', -1, -1, 1, 1));
    objects.add(new Primitives(true, Byte.MIN_VALUE, Short.MAX_VALUE, '\0', -1, -2, 1, 1));
    objects.addAll(List.of(new Empty(), new Empty(), new Local("l", 3), new Local(null, 3)));
    objects.addAll(List.of(one, new Generic<>("x", List.of("y"), null)));
    objects.addAll(List.of(new Generic<>("x", null, one), new Generic<>(null, List.of(), one)));
    objects.add(new Arrays(numbers, text, null));
    objects.addAll(List.of(new Own(1, "s"), new Own(2, "t"), new Own(1, new String("s"))));
    objects.add(new Holder(new Mute(), new StringBuilder("b").toString()));
    objects.addAll(List.of(circle, new Shape.Circle(2), new Shape.Circle(-1)));
    objects.add(new Shape.Pair(circle, new Shape.Circle(0.5)));
    objects.add(new Shape.Pair(circle, new Shape.Point("here")));
    objects.add(new Shape.Pair(new Shape.Pair(circle, circle), new Shape.Point("there")));
    objects.add(new Shape.Pair(null, circle));
    objects.add(new Shape.Pair(new Shape.Point("here"), null));
    objects.addAll(List.of("a", "", 1, 10, 2.5, 'c', numbers, new Shape.Point("")));
    objects.addAll(List.of(Thread.State.NEW, Thread.State.BLOCKED, Thread.State.WAITING));
    objects.add(null);

    List<String> results = new ArrayList<>();
    for (Object object : objects) {
      var line = new StringBuilder();
      if (object instanceof Record) {
        line.append(object.toString()).append(' ').append(object.hashCode()).append(' ');
        for (Object other : objects) line.append(object.equals(other) ? '=' : '.');
      }
      if (object instanceof Shape shape)
        line.append(outcome(shape::kind)).append(outcome(() -> Shape.count(shape, null)));
      line.append(", ").append(outcome(() -> of(object)));
      line.append(", ").append(outcome(() -> withoutNull(object)));
      line.append(", ").append(outcome(() -> onlyNull(object)));
      line.append(", ").append(constants(object, object instanceof String s ? s : "other"));
      results.add(line.toString());
    }
    results.add(of(new Object[2]) + of(new int[0]) + of(new Object()));
    results.add(objects.stream().map(Samples::of).sorted(Comparator.reverseOrder()).toList() + "");
    return results;
  }
}
