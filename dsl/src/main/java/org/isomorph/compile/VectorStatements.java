package org.isomorph.compile;

import org.isomorph.graph.Node;
import org.isomorph.graph.Op;
import org.isomorph.spec.Activation;
import org.isomorph.spec.Norm;

/** Maps, norms and functions of the vectors of tokens. */
final class VectorStatements {
  private final Precision precision;

  VectorStatements(Precision precision) {
    this.precision = precision;
  }

  String linear(Op.Linear linear, Node node, Place at) {
    String x = at.in(0), weight = at.weight(0);
    boolean biased = node.parameters().size() > 1;
    boolean widened = linear.wide() && precision.run() != precision.wide();
    if (widened) {
      x = Literals.cast(x, precision.wide());
      weight = Literals.cast(weight, precision.wide());
    }
    if (linear.unitRows())
      // Dividing the products is the same as dividing the rows, and writes no second weight.
      return "torch.div(torch.linear(%s, %s), torch.to(torch.linalg_vector_norm(%s, 2, [-1], False, dtype=%s), %s))"
              .formatted(x, weight, weight, Literals.dtype(precision.wide()), x)
          + (biased ? " + " + at.weight(1) : "");
    if (!biased) return "torch.linear(" + x + ", " + weight + ")";
    String bias = widened ? Literals.cast(at.weight(1), precision.wide()) : at.weight(1);
    return "torch.linear(" + x + ", " + weight + ", " + bias + ")";
  }

  String norm(Norm norm, Node node, Place at) {
    long width = node.results().getFirst().type().width();
    String x = at.in(0);
    return switch (norm) {
      case Norm.Layer layer -> {
        String gain = layer.gain() ? at.weight(0) : "None";
        String bias = layer.bias() ? at.weight(layer.gain() ? 1 : 0) : "None";
        yield "torch.layer_norm(%s, [%d], %s, %s, %s)"
            .formatted(x, width, gain, bias, Literals.real(layer.eps()));
      }
      case Norm.Rms rms ->
          switch (rms.gain()) {
            case WEIGHT -> rms(x, width, at.weight(0), rms.eps());
            case NONE -> rms(x, width, "None", rms.eps());
            case UNIT_OFFSET -> {
              String unit = rms(Literals.cast(x, precision.wide()), width, "None", rms.eps());
              String gain = "torch.add(" + Literals.cast(at.weight(0), precision.wide()) + ", 1.)";
              yield Literals.cast("torch.mul(" + unit + ", " + gain + ")", precision.run());
            }
          };
      case Norm.Special _ -> x;
    };
  }

  private static String rms(String x, long width, String gain, double eps) {
    return "torch.rms_norm(%s, [%d], %s, %s)".formatted(x, width, gain, Literals.real(eps));
  }

  static String activation(Activation activation, String x) {
    return switch (activation) {
      case RELU -> "torch.relu(" + x + ")";
      case RELU_SQUARED -> "torch.square(torch.relu(" + x + "))";
      case GELU -> "torch.gelu(" + x + ", approximate=\"none\")";
      case GELU_TANH -> "torch.gelu(" + x + ", approximate=\"tanh\")";
      case QUICK_GELU -> "torch.mul(" + x + ", torch.sigmoid(torch.mul(" + x + ", 1.702)))";
      case SILU -> "torch.silu(" + x + ")";
      case TANH -> "torch.tanh(" + x + ")";
      case SIGMOID -> "torch.sigmoid(" + x + ")";
      case IDENTITY -> x;
    };
  }

  static String cap(String x, double most) {
    return "torch.mul(torch.tanh(torch.div(%s, %s)), %s)"
        .formatted(x, Literals.real(most), Literals.real(most));
  }
}
