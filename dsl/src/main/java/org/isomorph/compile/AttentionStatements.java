package org.isomorph.compile;

import java.util.OptionalDouble;
import org.isomorph.graph.Graph;
import org.isomorph.graph.Node;
import org.isomorph.graph.Op;
import org.isomorph.spec.Sink;

/** Attention, in one or step by step. */
final class AttentionStatements {
  private final Graph graph;
  private final Precision precision;
  private final Functions functions;

  AttentionStatements(Graph graph, Precision precision, Functions functions) {
    this.graph = graph;
    this.precision = precision;
    this.functions = functions;
  }

  String attend(Op.Attend attend, Node node, Place at) {
    String q = at.in(0), k = at.in(1), v = at.in(2), visible = at.in(3);
    if (attend.cap().isEmpty() && Sink.NONE.equals(attend.sink())) {
      String mask =
          attend.biased()
              ? "torch.where(" + visible + ", " + at.in(4) + ", float(\"-inf\"))"
              : visible;
      String function = isCausal(node.inputs().get(3)) ? "attend_causal" : "attend";
      return functions.call(function, q, k, v, mask, Literals.real(attend.scale()));
    }
    String bias = attend.biased() ? at.in(4) : "";
    String scores = scores(q, k, attend.scale(), bias, attend.cap());
    return weigh(softmax(attend.sink(), scores, visible, at), v);
  }

  /**
   * Whether it is known that a mask hides all keys behind a query: no prefix is seen from before.
   */
  private boolean isCausal(String mask) {
    return graph.nodes().stream()
        .anyMatch(node ->
            node.op() instanceof Op.Visible visible
                && visible.causal()
                && node.inputs().size() == 2
                && node.result().equals(mask));
  }

  String scores(Op.Scores scores, Place at) {
    String bias = at.inputs().size() == 3 ? at.in(2) : "";
    return scores(at.in(0), at.in(1), scores.scale(), bias, scores.cap());
  }

  /**
   * Products of queries and keys.
   *
   * @param bias what is added to them; empty for nothing
   */
  private String scores(String q, String k, double scale, String bias, OptionalDouble cap) {
    String products = functions.call("scores", q, k, Literals.real(scale));
    if (!bias.isEmpty()) products = "torch.add(" + products + ", " + bias + ")";
    return cap.isPresent() ? VectorStatements.cap(products, cap.getAsDouble()) : products;
  }

  String softmax(Op.Softmax softmax, Place at) {
    return softmax(softmax.sink(), at.in(0), at.in(1), at);
  }

  private String softmax(Sink sink, String scores, String visible, Place at) {
    return switch (sink) {
      case Sink.Constant constant ->
          functions.call(
              "probabilities_with_sink",
              scores,
              visible,
              Literals.constants(new double[] {constant.logit()}, precision.wide(), visible),
              Literals.dtype(precision.wide()));
      case Sink.Plain plain ->
          switch (plain) {
            case NONE ->
                functions.call("probabilities", scores, visible, Literals.dtype(precision.wide()));
            case LEARNED ->
                functions.call(
                    "probabilities_with_sink",
                    scores,
                    visible,
                    at.weight(0),
                    Literals.dtype(precision.wide()));
          };
    };
  }

  String weigh(String probabilities, String values) {
    return functions.call("weigh", probabilities, values);
  }
}
