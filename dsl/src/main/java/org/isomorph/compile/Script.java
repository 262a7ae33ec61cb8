package org.isomorph.compile;

import java.util.List;
import org.isomorph.graph.Type;

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
  static final String HEADER =
      """
        __parameters__ = []
        __buffers__ = []
        training : bool
      """;

  public Script {
    inputs = List.copyOf(inputs);
    weights = List.copyOf(weights);
    memory = List.copyOf(memory);
    outputs = List.copyOf(outputs);
  }

  /** The dtype that libtorch knows a kind of number as, in its own numbering. */
  static int dtype(Type.Kind kind, Precision precision) {
    return switch (kind) {
      case FLOAT -> precision.run();
      case WIDE -> precision.wide();
      case INDEX -> Precision.INT64;
      case TRUTH -> Precision.BOOL;
    };
  }
}
