package org.isomorph.compile;

import java.util.Collection;
import java.util.List;

/**
 * A graph as TorchScript, and the order of what it takes and gives.
 *
 * <p>The class M of the source has one method, {@code run(x, w, s, past)}: from {@code x}, a list
 * of {@link #inputs}; {@code w}, one of {@link #weights}; {@code s}, one of {@link #memory}; and
 * {@code past}, how many tokens earlier calls had, to a list of {@link #outputs}.
 *
 * @param source TorchScript, as a reader would write it
 * @param inputs names of the graph's inputs; those of kind FLOAT are taken in any dtype
 * @param weights canonical names; one for each use, so a name may stand twice
 * @param memory names of what is remembered, each a tensor with room on its growing axis, which the
 *     program writes in place
 * @param outputs labels; numbers are given as float32, or as float64 where the graph runs in it
 */
public record Script(
    String source,
    List<String> inputs,
    List<String> weights,
    List<String> memory,
    List<String> outputs) {
  /** What the class M has besides methods: nothing. */
  static final String HEADER = header(List.of(), List.of());

  public Script {
    inputs = List.copyOf(inputs);
    weights = List.copyOf(weights);
    memory = List.copyOf(memory);
    outputs = List.copyOf(outputs);
  }

  /**
   * How the class M begins.
   *
   * @param parameters those of its attributes that are parameters
   * @param attributes each as {@code name : type}
   */
  static String header(Collection<String> parameters, List<String> attributes) {
    StringBuilder text = new StringBuilder("  __parameters__ = [");
    parameters.forEach(name -> text.append('"').append(name).append("\", "));
    text.append("]\n  __buffers__ = []\n");
    attributes.forEach(each -> text.append("  ").append(each).append('\n'));
    return text.append("  training : bool\n").toString();
  }
}
