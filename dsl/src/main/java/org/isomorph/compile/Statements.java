package org.isomorph.compile;

import java.util.List;
import org.isomorph.graph.Graph;
import org.isomorph.graph.Node;
import org.isomorph.graph.Op;

/** Each operation as statements of TorchScript. */
final class Statements {
  private final Functions functions;
  private final VectorStatements vectors;
  private final PositionStatements positions;
  private final RotaryStatements rotary;
  private final AttentionStatements attention;
  private final MemoryStatements memory;
  private final MixtureStatements mixtures;

  Statements(Graph graph, Precision precision, Functions functions) {
    this.functions = functions;
    this.vectors = new VectorStatements(precision);
    this.positions = new PositionStatements(precision, functions);
    this.rotary = new RotaryStatements(graph, precision, functions);
    this.attention = new AttentionStatements(graph, precision, functions);
    this.memory = new MemoryStatements(graph, precision, functions);
    this.mixtures = new MixtureStatements(precision, functions);
  }

  /** The statements of a node, one a line. */
  List<String> of(Node node, Place at) {
    return switch (node.op()) {
      case Op.Remember remember -> memory.remember(node, remember, at);
      case Op.Keep _ -> memory.keep(node, at);
      case Op.Retain retain -> memory.retain(node, retain, at);
      case Op.RotaryTable table -> rotary.rotaryTable(node, table, at);
      case Op.Route route -> mixtures.route(route, node, at);
      default -> List.of(at.result() + " = " + expression(node, at));
    };
  }

  private String expression(Node node, Place at) {
    String x = at.inputs().isEmpty() ? "" : at.in(0);
    return switch (node.op()) {
      case Op.Lookup _ -> "torch.embedding(" + at.weight(0) + ", " + x + ")";
      case Op.Linear linear -> vectors.linear(linear, node, at);
      case Op.Normalise normalise -> vectors.norm(normalise.norm(), node, at);
      case Op.Activate activate -> VectorStatements.activation(activate.activation(), x);
      case Op.Add _ -> "torch.add(" + x + ", " + at.in(1) + ")";
      case Op.Multiply _ -> "torch.mul(" + x + ", " + at.in(1) + ")";
      case Op.Scale scale -> "torch.mul(" + x + ", " + Literals.real(scale.factor()) + ")";
      case Op.Cap cap -> VectorStatements.cap(x, cap.most());
      case Op.AddWeight _ -> "torch.add(" + x + ", " + at.weight(0) + ")";
      case Op.SplitHeads split ->
          "torch.transpose(torch.unflatten(%s, -1, [%d, -1]), 1, 2)".formatted(x, split.heads());
      case Op.MergeHeads _ -> "torch.flatten(torch.transpose(" + x + ", 1, 2), 2)";
      case Op.Slice slice ->
          "torch.slice(%s, -1, %d, %d)".formatted(x, slice.from(), slice.from() + slice.length());
      case Op.Concat _ -> "torch.cat([" + x + ", " + at.in(1) + "], -1)";
      case Op.RepeatHead repeat ->
          "torch.expand(%s, [-1, %d, -1, -1])".formatted(x, repeat.heads());
      case Op.Latest _ -> memory.latest(node, at);
      case Op.Final last -> "torch.slice(" + x + ", " + last.axis() + ", -1)";
      case Op.Drop drop ->
          drop.first() ? "torch.slice(" + x + ", 1, 1)" : "torch.slice(" + x + ", 1, 0, -1)";
      case Op.Positions numbered -> positions.positions(numbered, at);
      case Op.Everywhere _ ->
          "torch.ones([torch.size(%s, 0), torch.size(%s, 1)], dtype=4, device=ops.prim.device(%s))"
              .formatted(x, x, x);
      case Op.Length _ -> "torch.sum(" + x + ", [1], False, dtype=None)";
      case Op.PrefixEnd end ->
          functions.call("prefix_end", x, Literals.ids(end.ids()), end.through() ? "1" : "0");
      case Op.PrefixOf _ -> functions.call("prefix_of", x, at.in(1));
      case Op.Visible visible -> positions.visible(visible, at);
      case Op.Rotate rotate -> rotary.rotate(rotate, at);
      case Op.Sinusoid sinusoid -> positions.sinusoid(sinusoid, at);
      case Op.Offset offset -> "torch.clamp(torch.add(" + x + ", " + offset.by() + "), 0, None)";
      case Op.LogScale log -> positions.logScale(log, at);
      case Op.DistanceBias bias -> positions.distanceBias(bias, at);
      case Op.BucketBias bias -> positions.bucketBias(bias, at);
      case Op.Attend attend -> attention.attend(attend, node, at);
      case Op.Scores scores -> attention.scores(scores, at);
      case Op.Softmax softmax -> attention.softmax(softmax, at);
      case Op.Weigh _ -> attention.weigh(x, at.in(1));
      case Op.Experts experts -> mixtures.experts(experts, at);
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
            case EOS -> functions.call("pool_end", x, at.in(1), Literals.ids(pool.ids()));
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
}
