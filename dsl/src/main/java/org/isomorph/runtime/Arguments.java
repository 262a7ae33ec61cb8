package org.isomorph.runtime;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.isomorph.graph.Dim;
import org.isomorph.graph.Graph;
import org.isomorph.graph.Type;
import org.isomorph.spec.AbsolutePosition;
import org.isomorph.spec.Model;
import org.isomorph.spec.Tokens;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.Tensor;

/** What a graph is given for one call: checked, and completed where a model can do without. */
final class Arguments {
  private final Model model;
  private final Graph graph;
  private final long past;
  private final Map<Dim, Long> extents = new HashMap<>();
  private final Map<Dim, String> said = new HashMap<>();
  private final Map<String, Tensor> ready = new LinkedHashMap<>();

  private Arguments(Model model, Graph graph, long past) {
    this.model = model;
    this.graph = graph;
    this.past = past;
  }

  /**
   * The tensors for a graph's inputs.
   *
   * @param given by name: those of the model, and those of fed values
   * @param past tokens of earlier calls
   * @param kept names of inputs that are there already
   * @throws RunException if one is missing, does not fit, or holds what the model cannot read
   */
  static Map<String, Tensor> of(
      Model model, Graph graph, Map<String, Tensor> given, long past, Set<String> kept) {
    return new Arguments(model, graph, past).ready(given, kept);
  }

  private Map<String, Tensor> ready(Map<String, Tensor> given, Set<String> kept) {
    for (String name : given.keySet())
      if (!Request.KNOWN.contains(name) && !graph.inputs().containsKey(name))
        throw new RunException(
            "no input is called " + name + "; this model takes " + graph.inputs().keySet());
    List<String> missing = new ArrayList<>();
    graph
        .inputs()
        .forEach((name, type) -> {
          if (kept.contains(name)) return;
          Tensor tensor = given.get(name);
          if (tensor == null) missing.add(name);
          else accept(name, type, tensor);
        });
    for (String name : missing) complete(name, given);
    checkPlaces();
    return ready;
  }

  private void accept(String name, Type type, Tensor tensor) {
    Tensor fitting = inDType(name, type, tensor);
    boolean fits = tensor.shape().rank() == type.rank();
    for (int axis = 0; fits && axis < type.rank(); axis++)
      fits = agrees(name, type.dim(axis), tensor.shape().dim(axis));
    if (!fits)
      throw new RunException(
          name
              + ": expected "
              + type
              + where(type)
              + ", found "
              + tensor.dtype()
              + " "
              + tensor.shape());
    if (tensor.shape().elements() == 0) throw new RunException(name + " is empty: " + tensor);
    if (name.endsWith("input_ids"))
      checkWithin(name, fitting, tokens(name).map(Tokens::vocabulary).orElse(Long.MAX_VALUE));
    if (name.endsWith("attention_mask")) checkMask(name, fitting);
    if (name.equals("token_type_ids"))
      checkWithin(name, fitting, tokens(name).map(Tokens::segments).orElse(Long.MAX_VALUE));
    if (name.equals("positions"))
      checkWithin("position_ids", fitting, places("input_ids").orElse(Long.MAX_VALUE));
    if (name.equals("prefix_lengths") && extents.containsKey(Dim.SEQ))
      // A prefix given earlier is longer than the few tokens of a later call.
      checkWithin(name, fitting, past + extents.getOrDefault(Dim.SEQ, 0L) + 1);
    ready.put(name, fitting);
  }

  private static Tensor inDType(String name, Type type, Tensor tensor) {
    boolean whole = type.kind() == Type.Kind.INDEX || type.kind() == Type.Kind.TRUTH;
    boolean fits =
        switch (tensor.dtype()) {
          case I64, I32, I16, I8, U8, BOOL -> whole;
          case F64, F32, F16, BF16 -> !whole;
          default -> false;
        };
    if (!fits)
      throw new RunException(
          name
              + ": expected "
              + (whole ? "whole numbers (I64)" : "real numbers (F32)")
              + ", found "
              + tensor.dtype());
    return whole && tensor.dtype() != DType.I64 && type.kind() == Type.Kind.INDEX
        ? Tensor.ofLongs(tensor.shape(), tensor.longs())
        : tensor;
  }

  private boolean agrees(String name, Dim dim, long extent) {
    if (dim.isFixed()) return dim.fixed() == extent;
    // Without a memory, what may be seen is what this call has.
    if (dim.equals(Dim.KEYS)) return agrees(name, Dim.SEQ, extent - past);
    Long known = extents.putIfAbsent(dim, extent);
    said.putIfAbsent(dim, name);
    return known == null || known == extent;
  }

  private String where(Type type) {
    StringBuilder text = new StringBuilder();
    for (Dim dim : type.dims())
      if (extents.containsKey(dim))
        text.append(text.isEmpty() ? " where " : ", ")
            .append(dim)
            .append(" is ")
            .append(extents.get(dim))
            .append(" by ")
            .append(said.get(dim));
    return text.toString();
  }

  private void complete(String name, Map<String, Tensor> given) {
    Type type = graph.inputs().get(name);
    if (type == null || !(name.endsWith("attention_mask") || name.endsWith("token_type_ids")))
      throw new RunException(
          "the model needs " + name + " (" + type + "); given were " + given.keySet());
    long[] dims = type.dims().stream().mapToLong(dim -> extents.getOrDefault(dim, 0L)).toArray();
    Shape shape = Shape.of(dims);
    if (shape.elements() == 0)
      throw new RunException("the model needs input_ids; given were " + given.keySet());
    long[] values = new long[Math.toIntExact(shape.elements())];
    if (name.endsWith("attention_mask")) Arrays.fill(values, 1);
    ready.put(name, Tensor.ofLongs(shape, values));
  }

  // ---- contents

  private static void checkWithin(String name, Tensor tensor, long limit) {
    long[] values = tensor.longs();
    long columns = tensor.shape().dim(-1);
    for (int at = 0; at < values.length; at++)
      if (values[at] < 0 || values[at] >= limit)
        throw new RunException(
            "%s: expected numbers from 0 to %d, found %d in row %d, column %d"
                .formatted(name, limit - 1, values[at], at / columns, at % columns));
  }

  /** What reads the ids of this name, or what belongs to them. */
  private Optional<Tokens> tokens(String ids) {
    Stream<Tokens> reading =
        model.towers().stream()
            .flatMap(each ->
                each.input() instanceof Tokens tokens ? Stream.of(tokens) : Stream.<Tokens>empty());
    return ids.startsWith("decoder_") ? reading.reduce((_, last) -> last) : reading.findFirst();
  }

  /** How many positions there are for these ids, where a table has an end. */
  private Optional<Long> places(String ids) {
    return tokens(ids)
        .map(Tokens::position)
        .flatMap(position ->
            position instanceof AbsolutePosition.Learned learned
                ? Optional.of(learned.max())
                : Optional.empty());
  }

  /** A query that sees nothing gives nothing; a row of them is a mistake. */
  private void checkMask(String name, Tensor mask) {
    long[] values = mask.longs();
    int columns = Math.toIntExact(mask.shape().dim(-1));
    for (int row = 0; row < values.length / columns; row++) {
      boolean hidden = past == 0;
      for (int column = 0; column < columns; column++) {
        long value = values[row * columns + column];
        if (value != 0 && value != 1)
          throw new RunException(
              "%s: expected 1 for tokens and 0 for padding, found %d in row %d, column %d"
                  .formatted(name, value, row, column));
        hidden &= value == 0;
      }
      if (hidden) throw new RunException(name + " hides all tokens of row " + row);
    }
  }

  /** A table of positions ends somewhere. */
  private void checkPlaces() {
    if (ready.containsKey("positions")) return;
    for (String name : List.of("input_ids", "decoder_input_ids")) {
      Tensor ids = ready.get(name);
      Optional<Long> most = places(name);
      if (ids == null || most.isEmpty()) continue;
      boolean goesOn = Objects.requireNonNull(graph.inputs().get(name)).dim(-1).equals(Dim.SEQ);
      long given = ids.shape().dim(-1) + (goesOn ? past : 0);
      if (given > most.get())
        throw new RunException(
            "%s: the model has %d positions, %d tokens were given; give fewer"
                .formatted(name, most.get(), given));
    }
  }
}
