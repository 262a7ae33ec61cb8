package org.isomorph.graph;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.isomorph.tensor.Shape;
import org.jspecify.annotations.Nullable;

/** The rules of a graph, checked whenever one is made: a pass that breaks them stops there. */
final class Legality {
  private Legality() {}

  static void check(
      Map<String, Type> inputs,
      List<Node> nodes,
      Map<String, String> outputs,
      Map<String, String> aliases,
      Map<String, Shape> parameters,
      Map<String, Type> memory) {
    Map<String, Type> known = new HashMap<>(inputs);
    for (Node node : nodes) {
      List<Type> operands = node.inputs().stream().map(each -> type(known, each, node)).toList();
      List<Shape> weights =
          node.parameters().stream().map(each -> shape(parameters, each, node)).toList();
      List<Type> expected = Typing.results(node.op(), operands, weights);
      List<Type> found = node.results().stream().map(Node.Result::type).toList();
      if (!expected.equals(found))
        throw new GraphException(node + ": expected results of " + expected);
      for (Node.Result result : node.results())
        if (known.put(result.name(), result.type()) != null)
          throw new GraphException(result.name() + " is given twice");
    }
    outputs.forEach((label, value) -> {
      if (!known.containsKey(value))
        throw new GraphException("the output " + label + " is " + value + ", which nothing gives");
    });
    aliases
        .keySet()
        .forEach(alias -> {
          if (known.containsKey(alias))
            throw new GraphException(alias + " is a value of its own and another's name too");
        });
    Set<String> remembering = new HashSet<>();
    for (Node node : nodes)
      if (Memory.has(node.op())) remembering.add(node.results().getFirst().name());
    memory
        .keySet()
        .forEach(name -> {
          if (!remembering.contains(name)) throw new GraphException("nothing remembers " + name);
        });
  }

  private static Type type(Map<String, Type> known, String name, Node node) {
    @Nullable Type type = known.get(name);
    if (type == null) throw new GraphException(node + ": nothing before it gives " + name);
    return type;
  }

  private static Shape shape(Map<String, Shape> parameters, String name, Node node) {
    @Nullable Shape shape = parameters.get(name);
    if (shape == null) throw new GraphException(node + ": no parameter is called " + name);
    return shape;
  }
}
