package org.isomorph.compile;

import java.util.List;
import org.isomorph.graph.Dim;
import org.isomorph.graph.Graph;
import org.isomorph.graph.Node;
import org.isomorph.graph.Op;

/** What passes from call to call. */
final class MemoryStatements {
  private final Graph graph;
  private final Precision precision;
  private final Functions functions;

  MemoryStatements(Graph graph, Precision precision, Functions functions) {
    this.graph = graph;
    this.precision = precision;
    this.functions = functions;
  }

  List<String> remember(Node node, Op.Remember remember, Place at) {
    String x = at.in(0), y = at.result();
    if (!remembers(node)) return List.of(y + " = " + x);
    String room = room(at);
    String axis = Integer.toString(remember.axis());
    String end = "past + torch.size(" + x + ", " + axis + ")";
    return List.of(
        y + " = torch.slice(" + room + ", " + axis + ", 0, " + end + ")",
        "_ = torch.copy_(torch.slice(" + y + ", " + axis + ", past), " + x + ")");
  }

  List<String> keep(Node node, Place at) {
    String x = at.in(0), y = at.result();
    if (!remembers(node)) return List.of(y + " = " + x);
    String room = room(at);
    return List.of(y + " = " + room, "if past == 0:", "  _ = torch.copy_(" + y + ", " + x + ")");
  }

  List<String> retain(Node node, Op.Retain retain, Place at) {
    String y = at.result();
    String q = at.in(0);
    boolean remembers = remembers(node);
    String d = Long.toString(retain.retention().headDim());
    String before =
        remembers
            ? room(at)
            : "torch.zeros([torch.size(%s, 0), torch.size(%s, 1), %s, %s], dtype=%s, device=ops.prim.device(%s))"
                .formatted(q, q, d, d, Literals.dtype(precision.wide()), q);
    String call =
        functions.call(
            "retain",
            q,
            at.in(1),
            at.in(2),
            at.in(3),
            at.in(4),
            before,
            Literals.real(retain.retention().decayTemperature()),
            Literals.dtype(precision.wide()));
    String assigned = y + ", " + y + "_state, = " + call;
    return remembers
        ? List.of(assigned, "_ = torch.copy_(" + before + ", " + y + "_state)")
        : List.of(assigned);
  }

  String latest(Node node, Place at) {
    String x = at.in(0);
    if (graph.memory().isEmpty()) return x;
    int axis = node.results().getFirst().type().dims().indexOf(Dim.SEQ);
    return axis < 0 ? x : "torch.slice(" + x + ", " + axis + ", past)";
  }

  private boolean remembers(Node node) {
    return graph.memory().containsKey(node.results().getFirst().name());
  }

  private static String room(Place at) {
    return "s[" + at.memory().plus(0) + "]";
  }
}
