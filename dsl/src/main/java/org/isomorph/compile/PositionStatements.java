package org.isomorph.compile;

import java.util.List;
import org.isomorph.graph.Op;

/** Where tokens stand, whom they see, and what scores say of the distance. */
final class PositionStatements {
  private final Precision precision;
  private final Functions functions;

  PositionStatements(Precision precision, Functions functions) {
    this.precision = precision;
    this.functions = functions;
  }

  String positions(Op.Positions positions, Place at) {
    String ids = at.in(0), mask = at.in(1);
    return switch (positions.numbering()) {
      case SEQUENTIAL -> functions.call("sequential", mask);
      case UNPADDED -> functions.call("unpadded", mask);
      case SPAN -> {
        List<Long> shorts =
            positions.spans().stream().filter(id -> !positions.longSpans().contains(id)).toList();
        yield functions.call("span", ids, Literals.ids(positions.bos()), Literals.ids(shorts));
      }
      case SPAN_AND_BLOCK ->
          functions.call(
              "span_and_block",
              ids,
              Literals.ids(positions.bos()),
              Literals.ids(positions.spans()));
    };
  }

  String sinusoid(Op.Sinusoid sinusoid, Place at) {
    double[] frequencies = Frequencies.sinusoid(sinusoid.width());
    return functions.call(
        "sinusoid", at.in(0), Literals.constants(frequencies, precision.run(), at.in(0)));
  }

  String visible(Op.Visible visible, Place at) {
    String mask = at.in(0);
    String seen;
    if (!visible.causal()) seen = functions.call("seen", mask);
    else if (at.inputs().size() == 3)
      seen = functions.call("visible_prefix", mask, queries(at.in(1)), at.in(2));
    else seen = functions.call("visible_causal", mask, queries(at.in(1)));
    return visible.window().isEmpty()
        ? seen
        : functions.call(
            "visible_near",
            seen,
            mask,
            queries(at.in(1)),
            Long.toString(visible.window().getAsLong()));
  }

  String logScale(Op.LogScale log, Place at) {
    String trained = Long.toString(log.trained());
    return functions.call(
        "log_scaled", at.in(0), at.in(1), trained, Literals.dtype(precision.wide()));
  }

  String distanceBias(Op.DistanceBias bias, Place at) {
    double[] slopes = Frequencies.slopes(bias.alibi(), bias.heads());
    return functions.call(
        "distance_bias",
        queries(at.in(0)),
        at.in(1),
        Literals.constants(slopes, precision.wide(), at.in(1)));
  }

  String bucketBias(Op.BucketBias bias, Place at) {
    long buckets = bias.bidirectional() ? bias.buckets().buckets() / 2 : bias.buckets().buckets();
    long exact = buckets / 2;
    double far = Math.log((double) bias.buckets().maxDistance() / exact);
    return functions.call(
        "bucket_bias",
        queries(at.in(0)),
        at.in(1),
        at.weight(0),
        Long.toString(bias.buckets().buckets()),
        Literals.real(far),
        Literals.truth(bias.bidirectional()));
  }

  /** How many tokens this call has. */
  private static String queries(String x) {
    return "torch.size(" + x + ", 1)";
  }
}
