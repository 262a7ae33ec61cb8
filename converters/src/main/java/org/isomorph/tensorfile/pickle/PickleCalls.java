package org.isomorph.tensorfile.pickle;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.isomorph.tensorfile.pickle.PickleValue.Binary;
import org.isomorph.tensorfile.pickle.PickleValue.Dict;
import org.isomorph.tensorfile.pickle.PickleValue.Global;
import org.isomorph.tensorfile.pickle.PickleValue.Instance;
import org.isomorph.tensorfile.pickle.PickleValue.Sequence;

/**
 * What calls come to without being made: a few that only spell plain data become that data, all
 * others objects that say what was called.
 */
final class PickleCalls {
  private final LongConsumer charge;

  /**
   * Calls of one pickle.
   *
   * @param charge hears how many values are copied, which may be far more than a call has bytes
   */
  PickleCalls(LongConsumer charge) {
    this.charge = charge;
  }

  PickleValue of(PickleValue callable, List<PickleValue> arguments) {
    Optional<PickleValue> plain =
        callable instanceof Global global ? plain(global, arguments) : Optional.empty();
    return plain.orElseGet(() -> new Instance(callable, arguments, Optional.empty()));
  }

  private Optional<PickleValue> plain(Global called, List<PickleValue> arguments) {
    return switch (called.toString()) {
      case "collections.OrderedDict", "builtins.dict", "__builtin__.dict" -> dict(arguments);
      case "builtins.set", "__builtin__.set" -> sequence(Sequence.Kind.SET, arguments);
      case "builtins.frozenset", "__builtin__.frozenset" ->
          sequence(Sequence.Kind.FROZEN_SET, arguments);
      case "builtins.list", "__builtin__.list" -> sequence(Sequence.Kind.LIST, arguments);
      case "builtins.tuple", "__builtin__.tuple" -> sequence(Sequence.Kind.TUPLE, arguments);
      case "_codecs.encode" -> encoded(arguments);
      case "copyreg._reconstructor", "copy_reg._reconstructor" -> reconstructed(arguments);
      default -> Optional.empty();
    };
  }

  private Optional<PickleValue> sequence(Sequence.Kind kind, List<PickleValue> arguments) {
    if (arguments.isEmpty()) return Optional.of(new Sequence(kind, new ArrayList<>()));
    if (arguments.size() > 1) return Optional.empty();
    Optional<List<PickleValue>> items = arguments.getFirst().sequence();
    items.ifPresent(copied -> charge.accept(copied.size()));
    return items.map(copied -> new Sequence(kind, new ArrayList<>(copied)));
  }

  /** Without arguments, or of a list of pairs. */
  private Optional<PickleValue> dict(List<PickleValue> arguments) {
    Dict dict = new Dict();
    if (arguments.isEmpty()) return Optional.of(dict);
    Optional<List<PickleValue>> pairs =
        arguments.size() == 1 ? arguments.getFirst().sequence() : Optional.empty();
    if (pairs.isEmpty()) return Optional.empty();
    charge.accept(pairs.get().size());
    for (PickleValue each : pairs.get()) {
      Optional<List<PickleValue>> pair = each.sequence();
      if (pair.isEmpty() || pair.get().size() != 2) return Optional.empty();
      dict.put(pair.get().getFirst(), pair.get().getLast());
    }
    return Optional.of(dict);
  }

  /** How bytes are written before protocol 3: as a text that stands for them. */
  private Optional<PickleValue> encoded(List<PickleValue> arguments) {
    if (arguments.size() != 2) return Optional.empty();
    String encoding = arguments.get(1).text().orElse("");
    if (!encoding.equals("latin1") && !encoding.equals("latin-1")) return Optional.empty();
    return arguments
        .getFirst()
        .text()
        .filter(text -> text.chars().allMatch(unit -> unit < 256))
        .map(text -> new Binary(text.getBytes(StandardCharsets.ISO_8859_1)));
  }

  /** How objects are written before protocol 2: class, base class, the base's value. */
  private Optional<PickleValue> reconstructed(List<PickleValue> arguments) {
    if (arguments.size() != 3) return Optional.empty();
    boolean plain = arguments.get(2) instanceof PickleValue.None;
    List<PickleValue> rest = plain ? List.of() : List.of(arguments.get(2));
    return Optional.of(new Instance(arguments.getFirst(), rest, Optional.empty()));
  }
}
