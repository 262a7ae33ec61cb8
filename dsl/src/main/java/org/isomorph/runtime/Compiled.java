package org.isomorph.runtime;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.isomorph.compile.Script;
import org.isomorph.compile.TorchArchive;
import org.isomorph.compile.TorchScript;
import org.isomorph.graph.Graph;
import org.isomorph.tensor.DType;
import org.jspecify.annotations.Nullable;

/**
 * A graph as a loaded program, without weights.
 *
 * @param script what the program takes and gives, in order
 * @param program to be closed by whoever loaded it
 */
record Compiled(Script script, Program program) {
  static Compiled of(Graph graph, DType dtype, Device device) {
    Script script = TorchScript.of(graph, dtype);
    return new Compiled(script, load(script, device));
  }

  static Program load(Script script, Device device) {
    return Program.load(TorchArchive.of(script.source()), device);
  }

  /**
   * Runs it.
   *
   * @param given values by name, at least those that it reads
   * @param prepared what is done to each of them first
   * @param weights in the script's order
   * @param rooms what it remembers; null for nothing
   * @param opened where what must be closed after its results were read is put
   * @return its outputs by label
   */
  Map<String, NativeValue> run(
      Map<String, NativeValue> given,
      UnaryOperator<NativeValue> prepared,
      NativeValue weights,
      @Nullable NativeValue rooms,
      long past,
      List<NativeValue> opened) {
    List<NativeValue> inputs = new ArrayList<>();
    for (String name : script.inputs()) {
      NativeValue value = given.get(name);
      if (value == null) throw new IllegalStateException("nothing gives " + name);
      inputs.add(prepared.apply(value));
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
}
