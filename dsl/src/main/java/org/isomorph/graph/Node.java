package org.isomorph.graph;

import java.util.List;
import java.util.stream.Collectors;

/**
 * One operation: what it reads and what it gives.
 *
 * @param op what is computed
 * @param inputs names of values that come before
 * @param parameters canonical names of weights
 * @param results the values that it gives
 * @param region the part of the model it belongs to, {@code decoder.3}; empty for what stands
 *     around the layers. Regions that differ in names only are compiled once
 */
public record Node(
    Op op, List<String> inputs, List<String> parameters, List<Result> results, String region) {
  public Node {
    inputs = List.copyOf(inputs);
    parameters = List.copyOf(parameters);
    results = List.copyOf(results);
  }

  /** A named value and its type. */
  public record Result(String name, Type type) {
    @Override
    public String toString() {
      return name + ": " + type;
    }
  }

  /** The name of the only result. */
  public String result() {
    if (results.size() != 1)
      throw new GraphException(op + " gives " + results.size() + " values, not one");
    return results.getFirst().name();
  }

  /** The same operation over other values. */
  Node reading(List<String> others) {
    return new Node(op, others, parameters, results, region);
  }

  @Override
  public String toString() {
    String operands =
        java.util.stream.Stream.concat(inputs.stream(), parameters.stream().map(each -> "%" + each))
            .collect(Collectors.joining(", ", "(", ")"));
    return results.stream().map(Result::toString).collect(Collectors.joining(", "))
        + " = "
        + op
        + operands;
  }
}
