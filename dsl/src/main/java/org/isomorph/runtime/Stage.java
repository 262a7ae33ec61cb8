package org.isomorph.runtime;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.isomorph.compile.Script;
import org.isomorph.compile.TorchArchive;
import org.isomorph.compile.TorchScript;
import org.isomorph.graph.Graph;
import org.isomorph.tensor.DType;
import org.jspecify.annotations.Nullable;

/** A graph that is ready to run on one device: compiled, loaded, its weights bound. */
final class Stage implements AutoCloseable {
  private static final String MOVE =
      """
      class M(Module):
        __parameters__ = []
        __buffers__ = []
        training : bool
        def move(self: __torch__.M, x: Tensor, device: str) -> Tensor:
          return torch.to(x, torch.device(device))
      """;

  private static final class Mover {
    static final Program PROGRAM = Program.load(TorchArchive.of(MOVE), Device.CPU);
  }

  private final Graph graph;
  private final Device device;
  private final boolean alone;
  private final Script script;
  private final Program program;
  private final NativeValue weights;

  /**
   * @param pool the weights on the stage's device
   * @param alone whether all that is handed in lies on that device already
   */
  Stage(Graph graph, DType dtype, Device device, WeightPool pool, boolean alone) {
    this.graph = graph;
    this.device = device;
    this.alone = alone;
    this.script = TorchScript.of(graph, dtype);
    this.program = Program.load(TorchArchive.of(script.source()), device);
    NativeValue list;
    try {
      list = pool.list(script.weights());
    } catch (RuntimeException failed) {
      program.close();
      throw failed;
    }
    this.weights = list;
  }

  Graph graph() {
    return graph;
  }

  Device device() {
    return device;
  }

  /** The names of what it remembers, in the order of its rooms. */
  List<String> memory() {
    return script.memory();
  }

  /**
   * Runs the stage.
   *
   * @param given values by name, at least those that the stage reads
   * @param rooms what it remembers, a {@code List[Tensor]}; null for none
   * @param opened where what must be closed after its results were read is put
   * @return its outputs by label
   */
  Map<String, NativeValue> run(
      Map<String, NativeValue> given,
      @Nullable NativeValue rooms,
      long past,
      List<NativeValue> opened) {
    List<NativeValue> inputs = new ArrayList<>();
    for (String name : script.inputs()) {
      NativeValue value = given.get(name);
      if (value == null) throw new IllegalStateException("nothing gives " + name);
      inputs.add(alone ? value : moved(value, opened));
    }
    try (NativeValue x = NativeValue.listOf(inputs);
        NativeValue before = NativeValue.of(past);
        NativeValue none = NativeValue.listOf(List.of())) {
      NativeValue result = program.call("run", x, weights, rooms == null ? none : rooms, before);
      opened.add(result);
      List<NativeValue> outputs = result.elements();
      Map<String, NativeValue> named = new LinkedHashMap<>();
      for (int index = 0; index < outputs.size(); index++)
        named.put(script.outputs().get(index), outputs.get(index));
      return named;
    }
  }

  private NativeValue moved(NativeValue value, List<NativeValue> opened) {
    try (NativeValue place = NativeValue.of(device.toString())) {
      NativeValue there = Mover.PROGRAM.call("move", value, place);
      opened.add(there);
      return there;
    }
  }

  @Override
  public void close() {
    weights.close();
    program.close();
  }
}
