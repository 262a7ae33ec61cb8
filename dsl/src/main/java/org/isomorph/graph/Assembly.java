package org.isomorph.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.isomorph.spec.Model;
import org.isomorph.spec.Norm;
import org.isomorph.spec.Parameter;
import org.isomorph.spec.Parameters;
import org.isomorph.tensor.Shape;
import org.jspecify.annotations.Nullable;

/** A graph on its way: nodes are added in order, and their types follow from what they read. */
final class Assembly {
  private final Map<String, Shape> shapes = new HashMap<>();
  private final SequencedMap<String, Type> inputs = new LinkedHashMap<>();
  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, Type> types = new HashMap<>();
  private final SequencedMap<String, String> outputs = new LinkedHashMap<>();
  private final Map<String, String> aliases = new HashMap<>();
  private final SequencedMap<String, Shape> parameters = new LinkedHashMap<>();
  private String region = "";

  Assembly(Model model) {
    for (Parameter parameter : Parameters.of(model))
      shapes.put(parameter.name(), parameter.shape());
  }

  Graph graph() {
    return new Graph(inputs, nodes, outputs, aliases, parameters, new LinkedHashMap<>());
  }

  /** What follows belongs to this part of the model. */
  void region(String name) {
    region = name;
  }

  String input(String name, Type type) {
    inputs.putIfAbsent(name, type);
    types.put(name, type);
    return name;
  }

  /** Where two heads would be called the same, the later one is called by its value. */
  void output(String label, String value) {
    outputs.put(outputs.containsKey(label) ? value : label, value);
  }

  boolean hasOutputs() {
    return !outputs.isEmpty();
  }

  /** Another name for a value. */
  void alias(String other, String value) {
    aliases.put(other, value);
  }

  Type type(String value) {
    @Nullable Type type = types.get(value);
    if (type == null) throw new GraphException("nothing gives " + value);
    return type;
  }

  /** Whether the model has a parameter of this name. */
  boolean has(String parameter) {
    return shapes.containsKey(parameter);
  }

  String add(String result, Op op, String... operands) {
    return add(result, op, List.of(operands), List.of());
  }

  String add(String result, Op op, List<String> operands, List<String> weights) {
    add(List.of(result), op, operands, weights);
    return result;
  }

  void add(List<String> results, Op op, List<String> operands, List<String> weights) {
    for (String weight : weights) {
      @Nullable Shape shape = shapes.get(weight);
      if (shape == null) throw new GraphException("the model has no parameter " + weight);
      parameters.put(weight, shape);
    }
    List<Shape> found = weights.stream().map(parameters::get).map(Assembly::present).toList();
    List<Type> read = operands.stream().map(this::type).toList();
    Node node = Node.of(op, operands, read, weights, found, results, region);
    node.results().forEach(result -> types.put(result.name(), result.type()));
    nodes.add(node);
  }

  private static Shape present(@Nullable Shape shape) {
    return java.util.Objects.requireNonNull(shape);
  }

  /** {@code weight . x}, plus the bias that stands beside the weight, if there is one. */
  String linear(String result, String path, String x) {
    return linear(result, path, x, false);
  }

  String linear(String result, String path, String x, boolean wide) {
    return add(result, new Op.Linear(false, wide), List.of(x), weights(path));
  }

  /** The weight of a path, and its bias if the model has one. */
  List<String> weights(String path) {
    return has(path + ".bias")
        ? List.of(path + ".weight", path + ".bias")
        : List.of(path + ".weight");
  }

  /** x itself where the norm is none. */
  String norm(String result, String path, Norm norm, String x) {
    if (Norm.NONE.equals(norm)) return x;
    List<String> weights = new ArrayList<>();
    if (norm.hasGain()) weights.add(path + ".weight");
    if (norm.hasBias()) weights.add(path + ".bias");
    return add(result, new Op.Normalise(norm), List.of(x), weights);
  }

  String scale(String result, double factor, String x) {
    return factor == 1 ? x : add(result, new Op.Scale(factor), x);
  }
}
