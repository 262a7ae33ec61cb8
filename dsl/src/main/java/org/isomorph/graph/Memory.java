package org.isomorph.graph;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/** Which operations can remember earlier calls, and what they keep. */
final class Memory {
  private Memory() {}

  static boolean has(Op op) {
    return switch (op) {
      case Op.Remember _, Op.Keep _, Op.Retain _ -> true;
      default -> false;
    };
  }

  /**
   * What is kept of each remembering node, by the name of its first result. On a growing axis the
   * extent is {@link Dim#KEYS}: the tokens so far.
   */
  static SequencedMap<String, Type> of(List<Node> nodes) {
    SequencedMap<String, Type> memory = new LinkedHashMap<>();
    for (Node node : nodes) {
      Node.Result result = node.results().getFirst();
      switch (node.op()) {
        case Op.Remember _, Op.Keep _ -> memory.put(result.name(), result.type());
        // What an encoder retains is computed once, and left out.
        case Op.Retain _ when !result.type().dims().contains(Dim.SEQ) -> {}
        case Op.Retain retain -> {
          // The sum of outer products of keys and values, decayed.
          Dim components = Dim.of(retain.retention().headDim());
          List<Dim> dims = new ArrayList<>(result.type().dims().subList(0, 2));
          dims.addAll(List.of(components, components));
          memory.put(result.name(), new Type(Type.Kind.WIDE, dims));
        }
        default -> {}
      }
    }
    return memory;
  }
}
