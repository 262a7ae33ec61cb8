package org.isomorph.tensorfile.pickle;

import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
import org.isomorph.tensorfile.pickle.PickleValue.Sequence.Kind;
import org.isomorph.tensorfile.pickle.PickleValue.Text;

/**
 * Runs a pickle's stack machine, protocols 0 to 5, without ever calling anything.
 *
 * <p>It never recurses, and every instruction makes at most one value, so that a pickle costs no
 * more than its {@link PickleLimits} however it is nested and whatever it repeats.
 */
public final class PickleReader {
  private static final int NEWEST_PROTOCOL = 5;

  // Python's own files have no longer numbers than random seeds and magic numbers.
  private static final int LONGEST_NUMBER = 1024;

  private static final Sequence EMPTY_TUPLE = new Sequence(Kind.TUPLE, List.of());

  private final PickleInput input;
  private final PickleStack stack;
  private final PickleCalls calls = new PickleCalls(this::charge);
  private final List<Persistent> references = new ArrayList<>();
  private final long maxSteps;
  private long steps;

  private PickleReader(PickleInput input, PickleLimits limits) {
    this.input = input;
    this.stack = new PickleStack(input);
    this.maxSteps = limits.steps();
  }

  /**
   * Reads the pickle that comes next, and nothing behind it.
   *
   * @throws PickleException if it is malformed or too large
   */
  public static Pickle read(PickleInput input, PickleLimits limits) throws IOException {
    return new PickleReader(input, limits).run();
  }

  private Pickle run() throws IOException {
    while (true) {
      int code = input.next();
      if (code == '.') return new Pickle(stack.pop(), references);
      charge(1);
      step(code);
    }
  }

  private void charge(long more) {
    steps += more;
    if (steps > maxSteps)
      throw input.problem("expected at most " + maxSteps + " instructions, found more");
  }

  private void step(int code) throws IOException {
    switch (code) {
      // ---- the machine itself
      case 0x80 -> protocol(input.next());
      case 0x95 -> frame(input.unsigned(8));
      case '(' -> stack.mark();
      case '0' -> stack.drop();
      case '1' -> stack.popMark();
      case '2' -> stack.push(stack.top());
      case 'p' -> stack.remember(index(input.line()));
      case 'q' -> stack.remember(input.next());
      case 'r' -> stack.remember(input.unsigned(4));
      case 0x94 -> stack.remember();
      case 'g' -> stack.push(stack.recall(index(input.line())));
      case 'h' -> stack.push(stack.recall(input.next()));
      case 'j' -> stack.push(stack.recall(input.unsigned(4)));
      // ---- plain values
      case 'N' -> stack.push(None.NONE);
      case 0x88 -> stack.push(new Bool(true));
      case 0x89 -> stack.push(new Bool(false));
      case 'I' -> stack.push(integerOrBool(input.line()));
      case 'J' -> stack.push(new Int((int) input.unsigned(4)));
      case 'K' -> stack.push(new Int(input.next()));
      case 'M' -> stack.push(new Int(input.unsigned(2)));
      case 'L' -> stack.push(integer(input.line()));
      case 0x8a -> stack.push(number(input.next()));
      case 0x8b -> stack.push(number(input.unsigned(4)));
      case 'F' -> stack.push(new Real(real(input.line())));
      case 'G' ->
          stack.push(new Real(Double.longBitsToDouble(Long.reverseBytes(input.unsigned(8)))));
      case 'V' -> stack.push(new Text(PickleText.rawUnicode(input.line(), input)));
      case 'X' -> stack.push(text(input.unsigned(4)));
      case 0x8c -> stack.push(text(input.next()));
      case 0x8d -> stack.push(text(input.unsigned(8)));
      case 'S' -> stack.push(oldString(PickleText.quoted(input.line(), input)));
      case 'T' -> stack.push(oldString(input.take(input.unsigned(4))));
      case 'U' -> stack.push(oldString(input.take(input.next())));
      case 'B' -> stack.push(new Binary(input.take(input.unsigned(4))));
      case 'C' -> stack.push(new Binary(input.take(input.next())));
      case 0x8e, 0x96 -> stack.push(new Binary(input.take(input.unsigned(8))));
      // ---- values that hold others
      case ')' -> stack.push(EMPTY_TUPLE);
      case 't' -> stack.push(new Sequence(Kind.TUPLE, stack.popMark()));
      case 0x85 -> tuple(1);
      case 0x86 -> tuple(2);
      case 0x87 -> tuple(3);
      case ']' -> stack.push(new Sequence(Kind.LIST, new ArrayList<>()));
      case 'l' -> stack.push(new Sequence(Kind.LIST, stack.popMark()));
      case 0x8f -> stack.push(new Sequence(Kind.SET, new ArrayList<>()));
      case 0x91 -> stack.push(new Sequence(Kind.FROZEN_SET, stack.popMark()));
      case '}' -> stack.push(new Dict());
      case 'd' -> stack.push(set(new Dict(), stack.popMark()));
      case 'a' -> add(List.of(stack.pop()));
      case 'e', 0x90 -> add(stack.popMark());
      case 's' -> {
        PickleValue value = stack.pop();
        setIn(List.of(stack.pop(), value));
      }
      case 'u' -> setIn(stack.popMark());
      // ---- everything else
      case 'c' -> stack.push(new Global(input.line(), input.line()));
      case 0x93 -> {
        PickleValue name = stack.pop();
        stack.push(new Global(textOf(stack.pop()), textOf(name)));
      }
      case 'R', 0x81 -> {
        List<PickleValue> arguments = arguments(stack.pop());
        stack.push(calls.of(stack.pop(), arguments));
      }
      case 0x92 -> {
        if (!(stack.pop() instanceof Dict keywords))
          throw input.problem("expected a dict of keyword arguments");
        List<PickleValue> arguments = arguments(stack.pop());
        stack.push(new Instance(stack.pop(), arguments, Optional.of(keywords)));
      }
      case 'i' -> {
        Global called = new Global(input.line(), input.line());
        stack.push(calls.of(called, stack.popMark()));
      }
      case 'o' -> {
        List<PickleValue> all = stack.popMark();
        if (all.isEmpty()) throw input.problem("expected a class, found nothing above the mark");
        stack.push(calls.of(all.getFirst(), List.copyOf(all.subList(1, all.size()))));
      }
      case 'b' -> build(stack.pop());
      case 'P' -> refer(new Text(input.line()));
      case 'Q' -> refer(stack.pop());
      case 0x82, 0x83, 0x84 ->
          throw input.problem(
              "expected classes by their names, found one by its number in a registry");
      case 0x97, 0x98 ->
          throw input.problem("expected data inside the pickle, found a buffer beside it");
      default -> throw input.problem("unknown instruction 0x%02x".formatted(code));
    }
  }

  private void protocol(int version) {
    if (version > NEWEST_PROTOCOL)
      throw input.problem(
          "expected protocol %d or older, found %d".formatted(NEWEST_PROTOCOL, version));
  }

  /** A frame says how much can be fetched at once; here it is only checked. */
  private void frame(long length) {
    if (length < 0 || length > input.remaining())
      throw input.problem(
          "expected a frame of at most the %d bytes that are left, found one of %s"
              .formatted(input.remaining(), Long.toUnsignedString(length)));
  }

  // ---- numbers and texts

  private long index(String line) {
    return integer(line).integer().orElseThrow(() -> input.problem("an index is too large"));
  }

  private PickleValue integerOrBool(String line) {
    return switch (line) {
      case "00" -> new Bool(false);
      case "01" -> new Bool(true);
      default -> integer(line);
    };
  }

  private PickleValue integer(String line) {
    String digits = line.endsWith("L") ? line.substring(0, line.length() - 1) : line;
    if (digits.length() > LONGEST_NUMBER) throw tooLong(digits.length() + " digits");
    try {
      return fitting(new BigInteger(digits.strip()));
    } catch (NumberFormatException malformed) {
      throw input.problem("expected an integer in decimal");
    }
  }

  private PickleValue number(long bytes) throws IOException {
    if (bytes > LONGEST_NUMBER) throw tooLong(bytes + " bytes");
    return fitting(input.signed(bytes));
  }

  private PickleException tooLong(String found) {
    return input.problem(
        "expected an integer of at most %d bytes or digits, found %s"
            .formatted(LONGEST_NUMBER, found));
  }

  private static PickleValue fitting(BigInteger value) {
    return value.bitLength() < Long.SIZE ? new Int(value.longValue()) : new BigInt(value);
  }

  private double real(String line) {
    return switch (line) {
      case "inf" -> Double.POSITIVE_INFINITY;
      case "-inf" -> Double.NEGATIVE_INFINITY;
      case "nan" -> Double.NaN;
      default -> {
        if (line.length() > LONGEST_NUMBER || !line.matches("[-+0-9.eE]+"))
          throw input.problem("expected a number in decimal");
        try {
          yield Double.parseDouble(line);
        } catch (NumberFormatException malformed) {
          throw input.problem("expected a number in decimal");
        }
      }
    };
  }

  private PickleValue text(long bytes) throws IOException {
    return PickleText.utf8(input.take(bytes))
        .<PickleValue>map(Text::new)
        .orElseThrow(() -> input.problem("expected a text in UTF-8"));
  }

  /** A string of Python 2, which was text and bytes alike. */
  private static PickleValue oldString(byte[] bytes) {
    return PickleText.utf8(bytes).<PickleValue>map(Text::new).orElseGet(() -> new Binary(bytes));
  }

  private String textOf(PickleValue value) {
    return value.text().orElseThrow(() -> input.problem("expected a name, found " + value));
  }

  // ---- values that hold others

  private void tuple(int size) {
    PickleValue[] items = new PickleValue[size];
    for (int i = size - 1; i >= 0; i--) items[i] = stack.pop();
    stack.push(new Sequence(Kind.TUPLE, List.of(items)));
  }

  private List<PickleValue> arguments(PickleValue tuple) {
    if (tuple instanceof Sequence sequence && sequence.kind() == Kind.TUPLE)
      return sequence.items();
    throw input.problem("expected a tuple of arguments, found " + tuple);
  }

  private void add(List<PickleValue> items) {
    switch (stack.top()) {
      case Sequence sequence when sequence.kind() == Kind.LIST || sequence.kind() == Kind.SET ->
          sequence.add(items);
      case Instance object -> object.add(items);
      case PickleValue other -> throw input.problem("expected a list or a set, found " + other);
    }
  }

  private void setIn(List<PickleValue> keysAndValues) {
    switch (stack.top()) {
      case Dict dict -> set(dict, keysAndValues);
      case Instance object -> set(object.opened(), keysAndValues);
      case PickleValue other -> throw input.problem("expected a dict, found " + other);
    }
  }

  private Dict set(Dict dict, List<PickleValue> keysAndValues) {
    if (keysAndValues.size() % 2 != 0) throw input.problem("expected a value for each key");
    for (int i = 0; i < keysAndValues.size(); i += 2)
      dict.put(keysAndValues.get(i), keysAndValues.get(i + 1));
    return dict;
  }

  private void refer(PickleValue id) {
    Persistent reference = new Persistent(id);
    references.add(reference);
    stack.push(reference);
  }

  private void build(PickleValue state) {
    boolean first =
        switch (stack.top()) {
          case Dict dict -> dict.build(state);
          case Instance object -> object.build(state);
          case PickleValue other ->
              throw input.problem("expected an object that can have a state, found " + other);
        };
    if (!first) throw input.problem("an object's state is set twice");
  }
}
