package org.isomorph.compile;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.isomorph.graph.Graph;
import org.isomorph.graph.Node;
import org.isomorph.graph.Op;
import org.isomorph.graph.Type;
import org.isomorph.spec.Activation;
import org.isomorph.spec.FeedForward;
import org.isomorph.spec.Gated;
import org.isomorph.spec.Norm;
import org.isomorph.spec.Rope;
import org.isomorph.spec.RopeScaling;
import org.isomorph.spec.Router;
import org.isomorph.spec.Sink;

/** Each operation as statements of TorchScript. */
final class Statements {
  private final Graph graph;
  private final Precision precision;
  private final Functions functions;

  Statements(Graph graph, Precision precision, Functions functions) {
    this.graph = graph;
    this.precision = precision;
    this.functions = functions;
  }

  /**
   * What a node's operands and results are called where it stands.
   *
   * @param results variables to be assigned
   * @param inputs variables
   * @param weights the place of the node's first weight in {@code w}, as an expression
   * @param memory the place of its memory in {@code s}, as an expression
   */
  record Place(List<String> results, List<String> inputs, Slot weights, Slot memory) {
    String result() {
      return results.getFirst();
    }

    String in(int index) {
      return inputs.get(index);
    }

    /** The node's weight of this number. */
    String weight(int index) {
      return "w[" + weights.plus(index) + "]";
    }
  }

  /** A place in a list: a number, after a variable that a function is given. */
  record Slot(String base, int offset) {
    String plus(int more) {
      int at = offset + more;
      if (base.isEmpty()) return Integer.toString(at);
      return at == 0 ? base : base + " + " + at;
    }
  }

  /** The statements of a node, one a line. */
  List<String> of(Node node, Place at) {
    return switch (node.op()) {
      case Op.Remember remember -> remember(node, remember, at);
      case Op.Keep _ -> keep(node, at);
      case Op.Retain retain -> retain(node, retain, at);
      case Op.RotaryTable table -> rotaryTable(node, table, at);
      case Op.Route route ->
          List.of(String.join(", ", at.results()) + ", = " + route(route, node, at));
      default -> List.of(at.result() + " = " + expression(node, at));
    };
  }

  private String expression(Node node, Place at) {
    String x = at.inputs().isEmpty() ? "" : at.in(0);
    return switch (node.op()) {
      case Op.Lookup _ -> "torch.embedding(" + at.weight(0) + ", " + x + ")";
      case Op.Linear linear -> linear(linear, node, at);
      case Op.Normalise normalise -> norm(normalise.norm(), node, at);
      case Op.Activate activate -> activation(activate.activation(), x);
      case Op.Add _ -> "torch.add(" + x + ", " + at.in(1) + ")";
      case Op.Multiply _ -> "torch.mul(" + x + ", " + at.in(1) + ")";
      case Op.Scale scale -> "torch.mul(" + x + ", " + real(scale.factor()) + ")";
      case Op.Cap cap -> cap(x, cap.most());
      case Op.AddWeight _ -> "torch.add(" + x + ", " + at.weight(0) + ")";
      case Op.SplitHeads split ->
          "torch.transpose(torch.unflatten(%s, -1, [%d, -1]), 1, 2)".formatted(x, split.heads());
      case Op.MergeHeads _ -> "torch.flatten(torch.transpose(" + x + ", 1, 2), 2)";
      case Op.Slice slice ->
          "torch.slice(%s, -1, %d, %d)".formatted(x, slice.from(), slice.from() + slice.length());
      case Op.Concat _ -> "torch.cat([" + x + ", " + at.in(1) + "], -1)";
      case Op.RepeatHead repeat ->
          "torch.expand(%s, [-1, %d, -1, -1])".formatted(x, repeat.heads());
      case Op.Latest _ -> latest(node, x);
      case Op.Final _ -> "torch.slice(" + x + ", 1, -1)";
      case Op.Drop drop ->
          drop.first() ? "torch.slice(" + x + ", 1, 1)" : "torch.slice(" + x + ", 1, 0, -1)";
      case Op.Positions positions -> positions(positions, at);
      case Op.Everywhere _ ->
          "torch.ones([torch.size(%s, 0), torch.size(%s, 1)], dtype=4, device=ops.prim.device(%s))"
              .formatted(x, x, x);
      case Op.Length _ -> "torch.sum(" + x + ", [1], False, dtype=None)";
      case Op.PrefixEnd end ->
          functions.call("prefix_end", x, ids(end.ids()), end.through() ? "1" : "0");
      case Op.PrefixOf _ -> functions.call("prefix_of", x, at.in(1));
      case Op.Visible visible -> visible(visible, at);
      case Op.Rotate rotate ->
          functions.call(
              "rotate_"
                  + (rotate.pairing() == Rope.Pairing.PAIRS ? "pairs" : "halves")
                  + (rotate.axes() == Rope.Axes.TWO ? "_of_two" : ""),
              x,
              at.in(1),
              at.in(2));
      case Op.Sinusoid sinusoid ->
          functions.call("sinusoid", x, constants(sinusoid(sinusoid.width()), precision.run(), x));
      case Op.Offset offset -> "torch.clamp(torch.add(" + x + ", " + offset.by() + "), 0, None)";
      case Op.LogScale log ->
          functions.call("log_scaled", x, at.in(1), Long.toString(log.trained()), wide());
      case Op.DistanceBias bias ->
          functions.call(
              "distance_bias",
              queries(x),
              at.in(1),
              constants(
                  Frequencies.slopes(bias.alibi(), bias.heads()).stream()
                      .mapToDouble(Double::doubleValue)
                      .toArray(),
                  precision.run() == Precision.BFLOAT16 ? precision.wide() : precision.run(),
                  at.in(1)));
      case Op.BucketBias bias -> bucketBias(bias, at);
      case Op.Attend attend -> attend(attend, node, at);
      case Op.Scores scores -> {
        String products = functions.call("scores", x, at.in(1), real(scores.scale()));
        if (at.inputs().size() == 3) products = "torch.add(" + products + ", " + at.in(2) + ")";
        yield scores.cap().isPresent() ? cap(products, scores.cap().getAsDouble()) : products;
      }
      case Op.Softmax softmax -> softmax(softmax.sink(), x, at.in(1), at);
      case Op.Weigh _ -> functions.call("weigh", x, at.in(1));
      case Op.Experts experts -> experts(experts, at);
      case Op.Patch patch ->
          "torch.transpose(torch.flatten(torch.conv2d(%s, %s, %s, [%d, %d], [0, 0], [1, 1], 1), 2), 1, 2)"
              .formatted(
                  x,
                  at.weight(0),
                  node.parameters().size() > 1 ? at.weight(1) : "None",
                  patch.size(),
                  patch.size());
      case Op.Prepend _ ->
          "torch.cat([torch.expand(torch.view(%s, [1, 1, -1]), [torch.size(%s, 0), -1, -1]), %s], 1)"
              .formatted(at.weight(0), x, x);
      case Op.Pool pool ->
          switch (pool.pooling()) {
            case FIRST -> "torch.select(" + x + ", 1, 0)";
            case LAST -> functions.call("pool_last", x, at.in(1));
            case MEAN -> functions.call("pool_mean", x, at.in(1));
            case EOS -> functions.call("pool_end", x, at.in(1), ids(pool.ids()));
            case GREATEST_ID -> functions.call("picked", x, "torch.argmax(" + at.in(1) + ", 1)");
          };
      case Op.Similarity _ ->
          "torch.mul(torch.matmul(%s, torch.t(%s)), torch.exp(%s))"
              .formatted(x, at.in(1), at.weight(0));
      case Op.Unit _ ->
          "torch.div(" + x + ", torch.linalg_vector_norm(" + x + ", 2, [-1], True, dtype=None))";
      case Op.Remember _, Op.Keep _, Op.Retain _, Op.RotaryTable _, Op.Route _ ->
          throw new IllegalStateException(node.op() + " is not one expression");
    };
  }

  // ---- vectors

  private String linear(Op.Linear linear, Node node, Place at) {
    String x = at.in(0), weight = at.weight(0);
    boolean biased = node.parameters().size() > 1;
    boolean widened = linear.wide() && precision.run() != precision.wide();
    if (widened) {
      x = cast(x, precision.wide());
      weight = cast(weight, precision.wide());
    }
    if (linear.unitRows())
      // Dividing the products is the same as dividing the rows, and writes no second weight.
      return "torch.div(torch.linear(%s, %s), torch.to(torch.linalg_vector_norm(%s, 2, [-1], False, dtype=%s), %s))"
              .formatted(x, weight, weight, wide(), x)
          + (biased ? " + " + at.weight(1) : "");
    if (!biased) return "torch.linear(" + x + ", " + weight + ")";
    String bias = widened ? cast(at.weight(1), precision.wide()) : at.weight(1);
    return "torch.linear(" + x + ", " + weight + ", " + bias + ")";
  }

  private String norm(Norm norm, Node node, Place at) {
    long width = node.results().getFirst().type().width();
    String x = at.in(0);
    return switch (norm) {
      case Norm.Layer layer -> {
        String gain = layer.gain() ? at.weight(0) : "None";
        String bias = layer.bias() ? at.weight(layer.gain() ? 1 : 0) : "None";
        yield "torch.layer_norm(%s, [%d], %s, %s, %s)"
            .formatted(x, width, gain, bias, real(layer.eps()));
      }
      case Norm.Rms rms ->
          switch (rms.gain()) {
            case WEIGHT -> rms(x, width, at.weight(0), rms.eps());
            case NONE -> rms(x, width, "None", rms.eps());
            case UNIT_OFFSET -> {
              String unit = rms(cast(x, precision.wide()), width, "None", rms.eps());
              String gain = "torch.add(" + cast(at.weight(0), precision.wide()) + ", 1.)";
              yield cast("torch.mul(" + unit + ", " + gain + ")", precision.run());
            }
          };
      case Norm.Special _ -> x;
    };
  }

  private static String rms(String x, long width, String gain, double eps) {
    return "torch.rms_norm(%s, [%d], %s, %s)".formatted(x, width, gain, real(eps));
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

  private static String cap(String x, double most) {
    return "torch.mul(torch.tanh(torch.div(%s, %s)), %s)".formatted(x, real(most), real(most));
  }

  // ---- who is where

  private String latest(Node node, String x) {
    if (graph.memory().isEmpty()) return x;
    int axis = node.results().getFirst().type().dims().indexOf(org.isomorph.graph.Dim.SEQ);
    return axis < 0 ? x : "torch.slice(" + x + ", " + axis + ", past)";
  }

  private String positions(Op.Positions positions, Place at) {
    String ids = at.in(0), mask = at.in(1);
    return switch (positions.numbering()) {
      case SEQUENTIAL -> functions.call("sequential", mask);
      case UNPADDED -> functions.call("unpadded", mask);
      case SPAN -> {
        List<Long> shorts =
            positions.spans().stream().filter(id -> !positions.longSpans().contains(id)).toList();
        yield functions.call("span", ids, ids(positions.bos()), ids(shorts));
      }
      case SPAN_AND_BLOCK ->
          functions.call("span_and_block", ids, ids(positions.bos()), ids(positions.spans()));
    };
  }

  private static String queries(String x) {
    return "torch.size(" + x + ", 1)";
  }

  private String visible(Op.Visible visible, Place at) {
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

  private List<String> rotaryTable(Node node, Op.RotaryTable op, Place at) {
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
            wide());
    double factor = Frequencies.attentionFactor(rope.scaling());
    String angle = at.result() + "_angle";
    return List.of(
        angle + " = " + angles,
        at.results().get(0) + " = " + table("cos", angle, factor),
        at.results().get(1) + " = " + table("sin", angle, factor));
  }

  private String table(String function, String angle, double factor) {
    String value = "torch." + function + "(" + angle + ")";
    if (factor != 1) value = "torch.mul(" + value + ", " + real(factor) + ")";
    return cast(value, precision.run());
  }

  private String frequencies(Rope rope, Place at) {
    String like = at.in(0);
    double power = (double) rope.dim() / (rope.dim() - 2);
    return switch (rope.scaling()) {
      case RopeScaling.DynamicNtk dynamic -> {
        String exponents = constants(Frequencies.exponents(rope), precision.wide(), like);
        yield dynamic.powerOfTwo()
            ? functions.call(
                "stretched_in_steps",
                at.in(1),
                exponents,
                real(rope.theta()),
                real((double) dynamic.trained()),
                real(power))
            : functions.call(
                "stretched",
                at.in(1),
                exponents,
                real(rope.theta()),
                real(dynamic.factor()),
                real((double) dynamic.trained()),
                real(power));
      }
      case RopeScaling.LongRope longRope ->
          functions.call(
              "short_or_long",
              at.in(1),
              constants(divided(rope, longRope.shortFactors()), precision.wide(), like),
              constants(divided(rope, longRope.longFactors()), precision.wide(), like),
              Long.toString(longRope.trained()));
      default -> constants(Frequencies.scaled(rope), precision.wide(), like);
    };
  }

  private static double[] divided(Rope rope, List<Double> factors) {
    double[] plain = Frequencies.plain(rope);
    return IntStream.range(0, plain.length).mapToDouble(i -> plain[i] / factors.get(i)).toArray();
  }

  private static double[] sinusoid(long width) {
    return IntStream.range(0, Math.toIntExact((width + 1) / 2))
        .mapToDouble(i -> Math.pow(10_000, -2.0 * i / width))
        .toArray();
  }

  private String bucketBias(Op.BucketBias bias, Place at) {
    long buckets = bias.bidirectional() ? bias.buckets().buckets() / 2 : bias.buckets().buckets();
    long exact = buckets / 2;
    double far = Math.log((double) bias.buckets().maxDistance() / exact);
    return functions.call(
        "bucket_bias",
        queries(at.in(0)),
        at.in(1),
        at.weight(0),
        Long.toString(bias.buckets().buckets()),
        real(far),
        bias.bidirectional() ? "True" : "False");
  }

  // ---- attention

  private String attend(Op.Attend attend, Node node, Place at) {
    String q = at.in(0), k = at.in(1), v = at.in(2), visible = at.in(3);
    Type queries = graph.type(node.inputs().get(0)).orElseThrow();
    Type keys = graph.type(node.inputs().get(1)).orElseThrow();
    if (attend.cap().isEmpty() && Sink.NONE.equals(attend.sink())) {
      String mask =
          attend.biased()
              ? "torch.where(" + visible + ", " + at.in(4) + ", float(\"-inf\"))"
              : visible;
      String shares = queries.dim(1).equals(keys.dim(1)) ? "False" : "True";
      return "torch.scaled_dot_product_attention(%s, %s, %s, %s, 0., False, scale=%s, enable_gqa=%s)"
          .formatted(q, k, v, mask, real(attend.scale()), shares);
    }
    String scores = functions.call("scores", q, k, real(attend.scale()));
    if (attend.biased()) scores = "torch.add(" + scores + ", " + at.in(4) + ")";
    if (attend.cap().isPresent()) scores = cap(scores, attend.cap().getAsDouble());
    return functions.call("weigh", softmax(attend.sink(), scores, visible, at), v);
  }

  private String softmax(Sink sink, String scores, String visible, Place at) {
    return switch (sink) {
      case Sink.Constant constant ->
          functions.call(
              "probabilities_with_sink",
              scores,
              visible,
              constants(new double[] {constant.logit()}, precision.wide(), visible),
              wide());
      case Sink.Plain plain ->
          switch (plain) {
            case NONE -> functions.call("probabilities", scores, visible, wide());
            case LEARNED ->
                functions.call("probabilities_with_sink", scores, visible, at.weight(0), wide());
          };
    };
  }

  // ---- memory

  private List<String> remember(Node node, Op.Remember remember, Place at) {
    String x = at.in(0), y = at.result();
    if (!graph.memory().containsKey(node.results().getFirst().name()))
      return List.of(y + " = " + x);
    String room = "s[" + at.memory().plus(0) + "]";
    String axis = Integer.toString(remember.axis());
    String end = "past + torch.size(" + x + ", " + axis + ")";
    return List.of(
        y + " = torch.slice(" + room + ", " + axis + ", 0, " + end + ")",
        "_ = torch.copy_(torch.slice(" + y + ", " + axis + ", past), " + x + ")");
  }

  private List<String> keep(Node node, Place at) {
    String x = at.in(0), y = at.result();
    if (!graph.memory().containsKey(node.results().getFirst().name()))
      return List.of(y + " = " + x);
    String room = "s[" + at.memory().plus(0) + "]";
    return List.of(y + " = " + room, "if past == 0:", "  _ = torch.copy_(" + y + ", " + x + ")");
  }

  private List<String> retain(Node node, Op.Retain retain, Place at) {
    String y = at.result();
    String q = at.in(0);
    boolean remembers = graph.memory().containsKey(node.results().getFirst().name());
    String d = Long.toString(retain.retention().headDim());
    String before =
        remembers
            ? "s[" + at.memory().plus(0) + "]"
            : "torch.zeros([torch.size(%s, 0), torch.size(%s, 1), %s, %s], dtype=%s, device=ops.prim.device(%s))"
                .formatted(q, q, d, d, wide(), q);
    String call =
        functions.call(
            "retain",
            q,
            at.in(1),
            at.in(2),
            at.in(3),
            at.in(4),
            before,
            real(retain.retention().decayTemperature()),
            wide());
    String assigned = y + ", " + y + "_state, = " + call;
    return remembers
        ? List.of(assigned, "_ = torch.copy_(" + before + ", " + y + "_state)")
        : List.of(assigned);
  }

  // ---- mixtures

  private String route(Op.Route route, Node node, Place at) {
    String scores = at.in(0);
    String k = Long.toString(route.topK());
    return switch (route.router()) {
      case Router.Softmax softmax ->
          functions.call(
              "route_softmax",
              scores,
              k,
              truth(softmax.renormalise()),
              real(softmax.scale()),
              wide());
      case Router.Grouped grouped -> {
        String correction =
            node.parameters().isEmpty()
                ? constants(new double[] {0}, precision.wide(), scores)
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
            truth(grouped.renormalise()),
            real(grouped.scale()),
            wide());
      }
      case Router.Switch switching ->
          functions.call("route_switch", scores, Long.toString(switching.capacity()), wide());
    };
  }

  /** Experts differ in shape from model to model: the function is made for this one. */
  private String experts(Op.Experts op, Place at) {
    FeedForward.Single expert = op.expert();
    String kind =
        (expert instanceof Gated ? "gated_" : "dense_")
            + expert.activation().name().toLowerCase(java.util.Locale.ROOT)
            + (expert.bias() ? "_biased" : "");
    int stride = expert.bias() ? 2 : 1;
    int parts = (expert instanceof Gated ? 3 : 2) * stride;
    String up = part("x", expert instanceof Gated ? stride : 0, expert.bias());
    String hidden =
        expert instanceof Gated
            ? "torch.mul(" + activation(expert.activation(), "g") + ", " + up + ")"
            : activation(expert.activation(), "g");
    String first = expert instanceof Gated ? part("x", 0, expert.bias()) : up;
    functions.define(
        "expert_" + kind,
        """
        def expert_%s(x: Tensor, w: List[Tensor], at: int) -> Tensor:
          g = %s
          h = %s
          return %s
        """
            .formatted(kind, first, hidden, part("h", parts - stride, expert.bias())));
    functions.define(
        "experts_" + kind,
        Functions.text("experts")
            .replace("def experts(", "def experts_" + kind + "(")
            .replace("__torch__.expert(", "__torch__.expert_" + kind + "(")
            .replace("PARTS", Integer.toString(parts)));
    return functions.call(
        "experts_" + kind, at.in(0), at.in(1), at.in(2), "w", at.weights().plus(0));
  }

  private static String part(String x, int index, boolean biased) {
    String weight = index == 0 ? "w[at]" : "w[at + " + index + "]";
    return biased
        ? "torch.linear(" + x + ", " + weight + ", w[at + " + (index + 1) + "])"
        : "torch.linear(" + x + ", " + weight + ")";
  }

  // ---- text

  private String wide() {
    return Integer.toString(precision.wide());
  }

  private static String cast(String x, int dtype) {
    return "torch.to(" + x + ", dtype=" + dtype + ")";
  }

  private static String truth(boolean is) {
    return is ? "True" : "False";
  }

  private static String ids(List<Long> ids) {
    return ids.isEmpty() ? "annotate(List[int], [])" : ids.toString();
  }

  /** A number that reads back as the same double. */
  static String real(double number) {
    return Double.toString(number);
  }

  private static String constants(double[] numbers, int dtype, String like) {
    return "torch.tensor(["
        + DoubleStream.of(numbers).mapToObj(Statements::real).collect(Collectors.joining(", "))
        + "], dtype="
        + dtype
        + ", device=ops.prim.device("
        + like
        + "))";
  }
}
