package org.isomorph.compile;

import java.util.List;
import org.isomorph.graph.Graph;
import org.isomorph.graph.Node;
import org.isomorph.graph.Op;
import org.isomorph.spec.Rope;
import org.isomorph.spec.RopeScaling;

/** Rotary positions: their tables, and vectors turned by them. */
final class RotaryStatements {
  private final Graph graph;
  private final Precision precision;
  private final Functions functions;

  RotaryStatements(Graph graph, Precision precision, Functions functions) {
    this.graph = graph;
    this.precision = precision;
    this.functions = functions;
  }

  List<String> rotaryTable(Node node, Op.RotaryTable op, Place at) {
    Rope rope = op.rope();
    String positions = at.in(0);
    boolean two = graph.type(node.inputs().getFirst()).orElseThrow().rank() == 3;
    // Where tokens have two positions, a rotation on one axis takes the first.
    if (two && rope.axes() == Rope.Axes.ONE) positions = "torch.select(" + positions + ", 1, 0)";
    String angles =
        functions.call(
            rope.axes() == Rope.Axes.TWO ? "angles_of_two" : "angles",
            positions,
            frequencies(rope, at),
            Literals.dtype(precision.wide()));
    double factor = Frequencies.attentionFactor(rope.scaling());
    String angle = at.result() + "_angle";
    return List.of(
        angle + " = " + angles,
        at.results().get(0) + " = " + table("cos", angle, factor),
        at.results().get(1) + " = " + table("sin", angle, factor));
  }

  private String table(String function, String angle, double factor) {
    String value = "torch." + function + "(" + angle + ")";
    if (factor != 1) value = "torch.mul(" + value + ", " + Literals.real(factor) + ")";
    return Literals.cast(value, precision.run());
  }

  private String frequencies(Rope rope, Place at) {
    String like = at.in(0);
    double power = (double) rope.dim() / (rope.dim() - 2);
    return switch (rope.scaling()) {
      case RopeScaling.DynamicNtk dynamic -> {
        String exponents = Literals.constants(Frequencies.exponents(rope), precision.wide(), like);
        yield dynamic.powerOfTwo()
            ? functions.call(
                "stretched_in_steps",
                at.in(1),
                exponents,
                Literals.real(rope.theta()),
                Literals.real((double) dynamic.trained()),
                Literals.real(power))
            : functions.call(
                "stretched",
                at.in(1),
                exponents,
                Literals.real(rope.theta()),
                Literals.real(dynamic.factor()),
                Literals.real((double) dynamic.trained()),
                Literals.real(power));
      }
      case RopeScaling.LongRope longRope ->
          functions.call(
              "short_or_long",
              at.in(1),
              Literals.constants(
                  Frequencies.divided(rope, longRope.shortFactors()), precision.wide(), like),
              Literals.constants(
                  Frequencies.divided(rope, longRope.longFactors()), precision.wide(), like),
              Long.toString(longRope.trained()));
      default -> Literals.constants(Frequencies.scaled(rope), precision.wide(), like);
    };
  }

  String rotate(Op.Rotate rotate, Place at) {
    String pairing = rotate.pairing() == Rope.Pairing.PAIRS ? "pairs" : "halves";
    String axes = rotate.axes() == Rope.Axes.TWO ? "_of_two" : "";
    return functions.call("rotate_" + pairing + axes, at.in(0), at.in(1), at.in(2));
  }
}
