package org.isomorph.runtime;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.isomorph.graph.Graph;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.Tensor;

/**
 * A sequence, or a batch of them, given piece by piece: a prompt first, at once or in chunks, then
 * token by token. For one thread.
 */
public final class Session implements AutoCloseable {
  private static final long FIRST_ROOM = 64;

  private final LoadedModel loaded;
  private final Graph graph;
  private final Stages stages;
  private final String idsName;
  private final Map<String, NativeValue> once = new LinkedHashMap<>();
  private final List<NativeValue> opened = new ArrayList<>();
  private final List<Rooms> rooms = new ArrayList<>();
  private final Map<String, Tensor> constant = new LinkedHashMap<>();
  private long capacity;
  private long length;
  private long batch;

  Session(LoadedModel loaded, LoadedModel.Steps steps, Map<String, Tensor> given) {
    this.loaded = loaded;
    this.stages = steps.each();
    this.graph = stages.graph();
    this.idsName =
        graph.inputs().containsKey("decoder_input_ids") ? "decoder_input_ids" : "input_ids";
    try {
      steps.once().ifPresent(encoder -> encode(encoder, given));
    } catch (RuntimeException failed) {
      close();
      throw failed;
    }
    if (given.containsKey("prefix_lengths"))
      constant.put("prefix_lengths", given.get("prefix_lengths"));
  }

  /** What does not depend on tokens to come is computed now, and kept where it lies. */
  private void encode(Stages encoder, Map<String, Tensor> given) {
    Map<String, Tensor> arguments =
        Arguments.of(loaded.model(), encoder.graph(), given, 0, Set.of());
    Map<String, NativeValue> inputs = encoder.given(arguments, opened);
    once.putAll(inputs);
    once.putAll(encoder.run(inputs, List.of(), 0, opened));
  }

  /** How many tokens it holds. */
  public long length() {
    return length;
  }

  /** The next tokens of one sequence. */
  public Outputs next(long... ids) {
    return next(Tensor.ofLongs(Shape.of(1, ids.length), ids));
  }

  /** The next tokens of each sequence, (batch, seq) of I64. */
  public Outputs next(Tensor ids) {
    return next(Map.of(idsName, ids));
  }

  /**
   * The next tokens of each sequence, and their mask where some are padding.
   *
   * @return the model's outputs for these tokens
   */
  public Outputs next(Map<String, Tensor> inputs) {
    Map<String, Tensor> given = new LinkedHashMap<>(constant);
    given.putAll(inputs);
    Map<String, Tensor> host = new LinkedHashMap<>();
    Tensor ids = given.get(idsName);
    if (ids == null || ids.shape().rank() != 2)
      throw new RunException("a session continues with " + idsName + " (batch, seq), found " + ids);
    if (length > 0 && ids.shape().dim(0) != batch)
      throw new RunException(
          "the session has " + batch + " sequences, given were " + ids.shape().dim(0));
    host.putAll(Arguments.of(loaded.model(), graph, given, length, once.keySet()));
    batch = ids.shape().dim(0);
    long end = length + ids.shape().dim(1);
    makeRoom(end);
    List<NativeValue> passing = new ArrayList<>();
    try {
      Map<String, NativeValue> values = new LinkedHashMap<>(once);
      values.putAll(stages.given(host, passing));
      List<NativeValue> remembered = rooms.stream().map(Rooms::tensors).toList();
      Outputs outputs = Stages.host(stages.run(values, remembered, length, passing));
      length = end;
      return outputs;
    } finally {
      passing.forEach(NativeValue::close);
    }
  }

  private void makeRoom(long tokens) {
    if (rooms.isEmpty()) {
      capacity = Math.max(FIRST_ROOM, tokens);
      for (Stage stage : stages.all()) rooms.add(new Rooms(stage, loaded.dtype(), batch, capacity));
    } else if (tokens > capacity) {
      capacity = Math.max(tokens, Math.multiplyExact(capacity, 2));
      rooms.forEach(room -> room.grow(capacity));
    }
  }

  @Override
  public void close() {
    rooms.forEach(Rooms::close);
    rooms.clear();
    opened.forEach(NativeValue::close);
    opened.clear();
  }
}
