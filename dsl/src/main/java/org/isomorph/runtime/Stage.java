package org.isomorph.runtime;

import java.util.List;
import java.util.Map;
import org.isomorph.compile.TorchArchive;
import org.isomorph.graph.Graph;
import org.isomorph.tensor.DType;
import org.jspecify.annotations.Nullable;

/** A graph that is ready to run on one device: compiled, loaded, its weights bound. */
final class Stage implements AutoCloseable {
  private static final String METHODS =
      """
        def move(self: __torch__.M, x: Tensor, device: str) -> Tensor:
          return torch.to(x, torch.device(device))
      """;

  private static final class Mover {
    static final Program PROGRAM = Program.load(TorchArchive.ofMethods(METHODS), Device.CPU);
  }

  private final Graph graph;
  private final Device device;
  private final boolean alone;
  private final Compiled compiled;
  private final NativeValue weights;

  /**
   * @param pool the weights on the stage's device
   * @param alone whether all that is handed in lies on that device already
   */
  Stage(Graph graph, DType dtype, Device device, WeightPool pool, boolean alone) {
    this.graph = graph;
    this.device = device;
    this.alone = alone;
    this.compiled = Compiled.of(graph, dtype, device);
    NativeValue list;
    try {
      list = pool.list(compiled.script().weights());
    } catch (RuntimeException failed) {
      compiled.program().close();
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
    return compiled.script().memory();
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
    return compiled.run(
        given, value -> alone ? value : moved(value, opened), weights, rooms, past, opened);
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
    compiled.program().close();
  }
}
