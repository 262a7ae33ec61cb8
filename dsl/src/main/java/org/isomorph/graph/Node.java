package org.isomorph.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.isomorph.tensor.Shape;

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

  /**
   * An operation over values and weights of these types and shapes; its results' types follow.
   *
   * @throws GraphException if the operation refuses them
   */
  static Node of(
      Op op,
      List<String> inputs,
      List<Type> operands,
      List<String> parameters,
      List<Shape> weights,
      List<String> names,
      String region) {
    List<Type> types = Typing.results(op, operands, weights);
    List<Result> results = new ArrayList<>();
    for (int index = 0; index < names.size(); index++)
      results.add(new Result(names.get(index), types.get(index)));
    return new Node(op, inputs, parameters, results, region);
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
