package org.isomorph.compile;

import java.util.List;
import java.util.Locale;
import org.isomorph.graph.Node;
import org.isomorph.graph.Op;
import org.isomorph.spec.FeedForward;
import org.isomorph.spec.Gated;
import org.isomorph.spec.Router;

/** Who goes to which experts, and what these give. */
final class MixtureStatements {
  private final Precision precision;
  private final Functions functions;

  MixtureStatements(Precision precision, Functions functions) {
    this.precision = precision;
    this.functions = functions;
  }

  List<String> route(Op.Route route, Node node, Place at) {
    return List.of(String.join(", ", at.results()) + ", = " + chosen(route, node, at));
  }

  private String chosen(Op.Route route, Node node, Place at) {
    String scores = at.in(0);
    String k = Long.toString(route.topK());
    return switch (route.router()) {
      case Router.Softmax softmax ->
          functions.call(
              "route_softmax",
              scores,
              k,
              Literals.truth(softmax.renormalise()),
              Literals.real(softmax.scale()),
              Literals.dtype(precision.wide()));
      case Router.Grouped grouped -> {
        String correction =
            node.parameters().isEmpty()
                ? Literals.constants(new double[] {0}, precision.wide(), scores)
                : at.weight(0);
        yield functions.call(
            switch (grouped.score()) {
              case SOFTMAX_MAX -> "route_best_of_groups";
              case SIGMOID_TOP2 -> "route_two_of_groups";
            },
            scores,
            correction,
            k,
            Long.toString(grouped.groups()),
            Long.toString(grouped.topGroups()),
            Literals.truth(grouped.renormalise()),
            Literals.real(grouped.scale()),
            Literals.dtype(precision.wide()));
      }
      case Router.Switch switching ->
          functions.call(
              "route_switch",
              scores,
              Long.toString(switching.capacity()),
              Literals.dtype(precision.wide()));
    };
  }

  /** Experts differ in shape from model to model: the function is made for this one. */
  String experts(Op.Experts op, Place at) {
    FeedForward.Single expert = op.expert();
    boolean gated = expert instanceof Gated;
    String kind =
        (gated ? "gated_" : "dense_")
            + expert.activation().name().toLowerCase(Locale.ROOT)
            + (expert.bias() ? "_biased" : "");
    String open = VectorStatements.activation(expert.activation(), "g");
    functions.define(
        "expert_" + kind,
        """
        def expert_%s(x: Tensor, w: List[Tensor], at: int) -> Tensor:
          g = %s
          h = %s
          return %s
        """
            .formatted(
                kind,
                linear(op, gated ? "gate" : "up", "x"),
                gated ? "torch.mul(" + open + ", " + linear(op, "up", "x") + ")" : open,
                linear(op, "down", "h")));
    functions.define(
        "experts_" + kind,
        Functions.text("experts")
            .replace("def experts(", "def experts_" + kind + "(")
            .replace("__torch__.expert(", "__torch__.expert_" + kind + "(")
            .replace("PARTS", Integer.toString(op.weightsOfOne())));
    return functions.call(
        "experts_" + kind, at.in(0), at.in(1), at.in(2), "w", at.weights().plus(0));
  }

  private static String linear(Op.Experts op, String matrix, String x) {
    Place.Slot slot = new Place.Slot("at", op.weightOf(matrix));
    String bias = op.expert().bias() ? ", w[" + slot.plus(1) + "]" : "";
    return "torch.linear(" + x + ", w[" + slot.plus(0) + "]" + bias + ")";
  }
}
