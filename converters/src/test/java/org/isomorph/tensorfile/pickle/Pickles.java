package org.isomorph.tensorfile.pickle;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.isomorph.tensorfile.pickle.PickleValue.BigInt;
import org.isomorph.tensorfile.pickle.PickleValue.Binary;
import org.isomorph.tensorfile.pickle.PickleValue.Bool;
import org.isomorph.tensorfile.pickle.PickleValue.Dict;
import org.isomorph.tensorfile.pickle.PickleValue.Global;
import org.isomorph.tensorfile.pickle.PickleValue.Instance;
import org.isomorph.tensorfile.pickle.PickleValue.Int;
import org.isomorph.tensorfile.pickle.PickleValue.None;
import org.isomorph.tensorfile.pickle.PickleValue.Persistent;
import org.isomorph.tensorfile.pickle.PickleValue.Real;
import org.isomorph.tensorfile.pickle.PickleValue.Sequence;
import org.isomorph.tensorfile.pickle.PickleValue.Text;

/** Pickles made by hand, and values as texts that tests compare. */
final class Pickles {
  static final PickleLimits LIMITS = new PickleLimits(1 << 24, 100_000);

  private static final int DEEPEST = 12;

  private Pickles() {}

  static PickleValue read(byte[] pickle) {
    try {
      return PickleReader.read(
              new PickleInput(new ByteArrayInputStream(pickle), pickle.length), LIMITS)
          .value();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  /** Bytes from texts, each character a byte, and numbers, each a byte. */
  static byte[] bytes(Object... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (Object part : parts)
      switch (part) {
        case String text -> out.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
        case byte[] bytes -> out.writeBytes(bytes);
        case Integer number -> out.write(number);
        default -> throw new IllegalArgumentException("" + part);
      }
    return out.toByteArray();
  }

  /** A value as Python would show it, more or less. */
  static String shown(PickleValue value) {
    return shown(value, 0);
  }

  private static String shown(PickleValue value, int depth) {
    if (depth > DEEPEST) return "...";
    return switch (value) {
      case None none -> none.toString();
      case Bool(boolean flag) -> flag ? "True" : "False";
      case Int(long number) -> Long.toString(number);
      case BigInt(var number) -> number.toString();
      case Real(double number) -> Double.toString(number);
      case Text(String text) -> "'" + text + "'";
      case Binary binary -> "b" + List.of(binary.content().remaining());
      case Sequence sequence -> {
        String items = all(sequence.items(), depth);
        yield switch (sequence.kind()) {
          case TUPLE -> "(" + items + ")";
          case LIST -> "[" + items + "]";
          case SET -> "{" + items + "}";
          case FROZEN_SET -> "frozenset(" + items + ")";
        };
      }
      case Dict dict -> shown(dict, depth);
      case Global global -> global.toString();
      case Instance object -> {
        StringBuilder text =
            new StringBuilder(shown(object.callable(), depth + 1))
                .append('(')
                .append(all(object.arguments(), depth))
                .append(')');
        object.state().ifPresent(state -> text.append(" with ").append(shown(state, depth + 1)));
        if (!object.items().isEmpty())
          text.append(" of [").append(all(object.items(), depth)).append(']');
        object.entries().ifPresent(entries -> text.append(" of ").append(shown(entries, depth)));
        yield text.toString();
      }
      case Persistent outside -> "outside(" + shown(outside.id(), depth + 1) + ")";
    };
  }

  private static String shown(Dict dict, int depth) {
    String texts =
        dict.byText().entrySet().stream()
            .map(entry -> "'" + entry.getKey() + "': " + shown(entry.getValue(), depth + 1))
            .collect(Collectors.joining(", "));
    String others =
        dict.others().stream()
            .map((Map.Entry<PickleValue, PickleValue> entry) ->
                shown(entry.getKey(), depth + 1) + ": " + shown(entry.getValue(), depth + 1))
            .collect(Collectors.joining(", "));
    return "{" + texts + (texts.isEmpty() || others.isEmpty() ? "" : ", ") + others + "}";
  }

  private static String all(List<PickleValue> values, int depth) {
    return values.stream().map(each -> shown(each, depth + 1)).collect(Collectors.joining(", "));
  }
}
