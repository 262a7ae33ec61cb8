package org.isomorph.tensorfile.pickle;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A value of a pickle: Python's own kinds of data, and what is left of everything else when it is
 * not executed.
 *
 * <p>Values that hold others are compared by identity and show themselves in few words, because a
 * pickle may hold one value in many places, and even within itself: whoever walks through them must
 * bound the depth.
 */
public sealed interface PickleValue {
  /** {@code None}. */
  enum None implements PickleValue {
    NONE;

    @Override
    public String toString() {
      return "None";
    }
  }

  record Bool(boolean value) implements PickleValue {}

  /** An integer that fits a long. */
  record Int(long value) implements PickleValue {}

  /** An integer that does not. */
  record BigInt(BigInteger value) implements PickleValue {
    @Override
    public String toString() {
      return "an integer of " + value.bitLength() + " bits";
    }
  }

  record Real(double value) implements PickleValue {}

  /** A text; also a byte string of Python 2 that is UTF-8. */
  record Text(String value) implements PickleValue {}

  /** Bytes. */
  final class Binary implements PickleValue {
    private final byte[] content;

    Binary(byte[] content) {
      this.content = content;
    }

    /** The bytes, for reading only. */
    public ByteBuffer content() {
      return ByteBuffer.wrap(content).asReadOnlyBuffer();
    }

    @Override
    public String toString() {
      return content.length + " bytes";
    }
  }

  /** A tuple, list or set, in its order. */
  final class Sequence implements PickleValue {
    /** Which of them. */
    public enum Kind {
      TUPLE,
      LIST,
      SET,
      FROZEN_SET
    }

    private final Kind kind;
    private final List<PickleValue> items;

    Sequence(Kind kind, List<PickleValue> items) {
      this.kind = kind;
      this.items = items;
    }

    public Kind kind() {
      return kind;
    }

    /** The values, for reading only. */
    public List<PickleValue> items() {
      return Collections.unmodifiableList(items);
    }

    void add(List<PickleValue> more) {
      items.addAll(more);
    }

    @Override
    public String toString() {
      String name =
          switch (kind) {
            case TUPLE -> "tuple";
            case LIST -> "list";
            case SET -> "set";
            case FROZEN_SET -> "frozenset";
          };
      return "a " + name + " of " + items.size();
    }
  }

  /** A dict, or an {@code OrderedDict}: by text, and other keys beside. */
  final class Dict implements PickleValue {
    private final Map<String, PickleValue> byText = new LinkedHashMap<>();
    private final List<Map.Entry<PickleValue, PickleValue>> others = new ArrayList<>();
    private @Nullable PickleValue state;

    Dict() {}

    /** The entries whose keys are texts, for reading only. */
    public Map<String, PickleValue> byText() {
      return Collections.unmodifiableMap(byText);
    }

    /**
     * The entries with other keys, for reading only. Keys that Python would find equal are not made
     * one.
     */
    public List<Map.Entry<PickleValue, PickleValue>> others() {
      return Collections.unmodifiableList(others);
    }

    public Optional<PickleValue> get(String key) {
      return Optional.ofNullable(byText.get(key));
    }

    public int size() {
      return byText.size() + others.size();
    }

    /** What was set on the dict itself: a state dict's {@code _metadata}. */
    public Optional<PickleValue> state() {
      return Optional.ofNullable(state);
    }

    /** As Python does, the last of equal keys has the value, and the first the place. */
    void put(PickleValue key, PickleValue value) {
      if (key instanceof Text(String text)) byText.put(text, value);
      else others.add(Map.entry(key, value));
    }

    boolean build(PickleValue with) {
      boolean first = state == null;
      state = with;
      return first;
    }

    @Override
    public String toString() {
      return "a dict of " + size();
    }
  }

  /** A class or function, by where Python would import it from. */
  record Global(String module, String name) implements PickleValue {
    /** Whether this is {@code module.name}. */
    public boolean is(String otherModule, String otherName) {
      return module.equals(otherModule) && name.equals(otherName);
    }

    @Override
    public String toString() {
      return module + "." + name;
    }
  }

  /**
   * An object that Python would have made by a call: of a class, or of a function that returns it.
   */
  final class Instance implements PickleValue {
    private final PickleValue callable;
    private final List<PickleValue> arguments;
    private final Optional<Dict> keywords;
    private List<PickleValue> items = List.of();
    private @Nullable Dict entries;
    private @Nullable PickleValue state;

    Instance(PickleValue callable, List<PickleValue> arguments, Optional<Dict> keywords) {
      this.callable = callable;
      this.arguments = arguments;
      this.keywords = keywords;
    }

    /** What would have been called, as a rule a {@link Global}. */
    public PickleValue callable() {
      return callable;
    }

    /** Whether it would have been this that was called. */
    public boolean isOf(String module, String name) {
      return callable instanceof Global global && global.is(module, name);
    }

    /** The call's arguments, for reading only. */
    public List<PickleValue> arguments() {
      return Collections.unmodifiableList(arguments);
    }

    /** The call's keyword arguments, if it has such. */
    public Optional<Dict> keywords() {
      return keywords;
    }

    /** What the object's state was set to afterwards, as a rule a dict of its attributes. */
    public Optional<PickleValue> state() {
      return Optional.ofNullable(state);
    }

    /** An attribute, where the state is a dict that has it. */
    public Optional<PickleValue> attribute(String name) {
      return state instanceof Dict attributes ? attributes.get(name) : Optional.empty();
    }

    /** What was appended to the object, if it is a kind of list. */
    public List<PickleValue> items() {
      return Collections.unmodifiableList(items);
    }

    /** What was set in the object, if it is a kind of dict. */
    public Optional<Dict> entries() {
      return Optional.ofNullable(entries);
    }

    void add(List<PickleValue> more) {
      if (items.isEmpty()) items = new ArrayList<>();
      items.addAll(more);
    }

    /** The dict to set entries in. */
    Dict opened() {
      if (entries == null) entries = new Dict();
      return entries;
    }

    boolean build(PickleValue with) {
      boolean first = state == null;
      state = with;
      return first;
    }

    @Override
    public String toString() {
      return callable instanceof Global ? "an object of " + callable : "an object";
    }
  }

  /** A value that is kept outside the pickle, by what the file calls it. */
  final class Persistent implements PickleValue {
    private final PickleValue id;

    Persistent(PickleValue id) {
      this.id = id;
    }

    public PickleValue id() {
      return id;
    }

    @Override
    public String toString() {
      return "a reference to what is kept outside the pickle";
    }
  }

  /** The text that this is, if it is one. */
  default Optional<String> text() {
    return this instanceof Text(String value) ? Optional.of(value) : Optional.empty();
  }

  /** The integer that this is, if it is one that fits a long. */
  default OptionalLong integer() {
    return this instanceof Int(long value) ? OptionalLong.of(value) : OptionalLong.empty();
  }

  /** The items of the tuple or list that this is, if it is one. */
  default Optional<List<PickleValue>> sequence() {
    return this instanceof Sequence sequence ? Optional.of(sequence.items()) : Optional.empty();
  }
}
