package org.isomorph.runtime;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.isomorph.graph.Dim;
import org.isomorph.graph.Graph;
import org.isomorph.graph.Type;
import org.isomorph.spec.AbsolutePosition;
import org.isomorph.spec.Model;
import org.isomorph.spec.Tokens;
import org.isomorph.spec.Tower;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.Tensor;

/** What a graph is given for one call: checked, and completed where a model can do without. */
final class Arguments {
  /** What the world hands to models, whether this one needs it or not. */
  static final Set<String> KNOWN =
      Set.of(
          "input_ids",
          "attention_mask",
          "token_type_ids",
          "decoder_input_ids",
          "decoder_attention_mask",
          "decoder_token_type_ids",
          "position_ids",
          "prefix_lengths",
          "pixel_values");

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
      if (!KNOWN.contains(name) && !graph.inputs().containsKey(name))
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
    if (name.endsWith("input_ids")) checkIds(name, fitting);
    if (name.endsWith("attention_mask")) checkMask(name, fitting);
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

  private void checkIds(String name, Tensor ids) {
    long vocabulary =
        tower(name).map(tower -> ((Tokens) tower.input()).vocabulary()).orElse(Long.MAX_VALUE);
    long[] values = ids.longs();
    long columns = ids.shape().dim(-1);
    for (int at = 0; at < values.length; at++)
      if (values[at] < 0 || values[at] >= vocabulary)
        throw new RunException(
            "%s: expected ids from 0 to %d, found %d in row %d, column %d"
                .formatted(name, vocabulary - 1, values[at], at / columns, at % columns));
  }

  private java.util.Optional<Tower> tower(String ids) {
    var reading = model.towers().stream().filter(each -> each.input() instanceof Tokens);
    return ids.startsWith("decoder_") ? reading.reduce((_, last) -> last) : reading.findFirst();
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
    for (Tower tower : model.towers()) {
      if (!(tower.input() instanceof Tokens tokens)
          || !(tokens.position() instanceof AbsolutePosition.Learned learned)) continue;
      Long tokensNow = extents.get(extents.containsKey(Dim.SEQ) ? Dim.SEQ : Dim.SOURCE);
      if (tokensNow != null && past + tokensNow > learned.max())
        throw new RunException(
            "the model has %d positions, %d tokens were given; give fewer"
                .formatted(learned.max(), past + tokensNow));
    }
  }
}
