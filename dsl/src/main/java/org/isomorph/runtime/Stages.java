package org.isomorph.runtime;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.isomorph.graph.Graph;
import org.isomorph.graph.Node;
import org.isomorph.graph.Passes;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** A graph cut into as many stages as there are devices, at the borders of layers. */
final class Stages implements AutoCloseable {
  private final Graph graph;
  private final List<Stage> stages = new ArrayList<>();
  private final List<String> labels;

  Stages(Graph graph, DType dtype, List<Device> devices, List<WeightPool> pools) {
    this.graph = graph;
    this.labels = List.copyOf(graph.outputs().keySet());
    List<Graph> parts = parts(graph, devices.size());
    try {
      for (int index = 0; index < parts.size(); index++) {
        Device device = devices.get(index);
        boolean alone = parts.size() == 1;
        stages.add(new Stage(parts.get(index), dtype, device, pools.get(index), alone));
      }
    } catch (RuntimeException failed) {
      close();
      throw failed;
    }
  }

  List<Stage> all() {
    return stages;
  }

  /** What they compute together. */
  Graph graph() {
    return graph;
  }

  /** Stages of as many layers each as is possible. */
  static List<Graph> parts(Graph graph, int count) {
    List<String> ends = new ArrayList<>();
    for (Node node : graph.nodes())
      if (!node.region().isEmpty() && graph.value(node.region() + ".out").equals(last(node)))
        ends.add(last(node));
    List<Graph> parts = new ArrayList<>();
    Graph rest = graph;
    for (int stage = 1; stage < count; stage++) {
      int end = ends.size() * stage / count - 1;
      int before = ends.size() * (stage - 1) / count - 1;
      if (end <= before) continue;
      Passes.Cut cut = Passes.cut(rest, List.of(ends.get(end)));
      parts.add(cut.head());
      rest = cut.tail();
    }
    parts.add(rest);
    return parts;
  }

  private static String last(Node node) {
    return node.results().getLast().name();
  }

  /**
   * Runs all stages.
   *
   * @param rooms what each stage remembers, by its number; empty where nothing is
   */
  Map<String, NativeValue> run(
      Map<String, NativeValue> inputs,
      List<NativeValue> rooms,
      long past,
      List<NativeValue> opened) {
    Map<String, NativeValue> known = new LinkedHashMap<>(inputs);
    for (int index = 0; index < stages.size(); index++) {
      @Nullable NativeValue remembered = rooms.isEmpty() ? null : rooms.get(index);
      known.putAll(stages.get(index).run(known, remembered, past, opened));
    }
    Map<String, NativeValue> outputs = new LinkedHashMap<>();
    for (String label : labels) {
      NativeValue value = known.get(label);
      if (value != null) outputs.put(label, value);
    }
    return outputs;
  }

  /** As {@link #run}, with tensors of the host. */
  Outputs run(Map<String, Tensor> inputs, List<NativeValue> rooms, long past) {
    List<NativeValue> opened = new ArrayList<>();
    try {
      return host(run(given(inputs, opened), rooms, past, opened));
    } finally {
      opened.forEach(NativeValue::close);
    }
  }

  /** Tensors of the host on the device of the first stage. */
  Map<String, NativeValue> given(Map<String, Tensor> inputs, List<NativeValue> opened) {
    Map<String, NativeValue> given = new LinkedHashMap<>();
    for (Map.Entry<String, Tensor> input : inputs.entrySet()) {
      NativeValue value = NativeValue.of(input.getValue(), stages.getFirst().device());
      opened.add(value);
      given.put(input.getKey(), value);
    }
    return given;
  }

  static Outputs host(Map<String, NativeValue> values) {
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    values.forEach((label, value) -> tensors.put(label, value.tensor()));
    return new Outputs(tensors);
  }

  @Override
  public void close() {
    stages.forEach(Stage::close);
    stages.clear();
  }
}
