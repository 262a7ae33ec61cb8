package org.isomorph.graph;

import static org.isomorph.graph.Type.Kind.FLOAT;
import static org.isomorph.graph.Type.Kind.INDEX;
import static org.isomorph.graph.Type.Kind.TRUTH;
import static org.isomorph.graph.Type.Kind.WIDE;

import java.util.ArrayList;
import java.util.List;
import org.isomorph.spec.Sink;
import org.isomorph.tensor.Shape;

/** What each operation gives for what it is given, and what it refuses. */
final class Typing {
  private final Op op;
  private final List<Type> inputs;
  private final List<Shape> weights;

  private Typing(Op op, List<Type> inputs, List<Shape> weights) {
    this.op = op;
    this.inputs = inputs;
    this.weights = weights;
  }

  static List<Type> results(Op op, List<Type> inputs, List<Shape> weights) {
    return new Typing(op, inputs, weights).results();
  }

  private List<Type> results() {
    return switch (op) {
      case Op.RotaryTable table -> {
        Type positions = only(1, 2, 0);
        Type half =
            Type.of(
                FLOAT,
                positions.dim(0),
                Dim.ONE,
                positions.dim(-1),
                Dim.of(table.rope().dim() / 2));
        yield List.of(half, half);
      }
      case Op.Route route -> {
        Type scores = only(1, 1, weights.size());
        must(scores.width() == route.experts(), "scores of " + route.experts() + " experts");
        Type chosen = scores.with(-1, Dim.of(route.topK()));
        yield List.of(chosen.as(WIDE), chosen.as(INDEX));
      }
      default -> List.of(result());
    };
  }

  private Type result() {
    return switch (op) {
      case Op.Lookup _ -> {
        Type ids = only(1, 1, 1);
        must(weight(0).rank() == 2, "a table of two axes");
        yield append(ids.as(FLOAT), weight(0).dim(1));
      }
      case Op.Linear linear -> {
        Type x = only(1, 1, weights.size());
        must(weights.size() == 1 || weights.size() == 2, "a weight, and at most a bias");
        must(
            weight(0).rank() == 2 && x.width() == weight(0).dim(1),
            "a weight (out, " + x.dim(-1) + ")");
        must(weights.size() == 1 || weight(1).equals(Shape.of(weight(0).dim(0))), "a bias (out)");
        yield x.with(-1, Dim.of(weight(0).dim(0))).as(linear.wide() ? WIDE : FLOAT);
      }
      case Op.Normalise normalise -> {
        Type x = only(1, 1, weights.size());
        int parameters =
            (normalise.norm().hasGain() ? 1 : 0) + (normalise.norm().hasBias() ? 1 : 0);
        must(weights.size() == parameters, parameters + " parameters");
        for (Shape each : weights)
          must(each.equals(Shape.of(x.width())), "parameters of " + x.dim(-1));
        yield x;
      }
      case Op.Activate _, Op.Scale _, Op.Cap _, Op.Unit _ -> only(1, 1, 0);
      case Op.AddWeight _ -> {
        Type x = only(1, 1, 1);
        must(
            weight(0).rank() < x.rank() && x.width() == weight(0).dim(-1),
            "a weight (..., " + x.dim(-1) + ")");
        yield x;
      }
      case Op.Add _, Op.Multiply _ -> broadcast(only(2, 2, 0), input(1));
      case Op.SplitHeads split -> {
        Type x = only(1, 1, 0);
        must(x.rank() == 3 && x.width() % split.heads() == 0, "(batch, seq, heads * head)");
        yield new Type(
            x.kind(),
            List.of(x.dim(0), Dim.of(split.heads()), x.dim(1), Dim.of(x.width() / split.heads())));
      }
      case Op.MergeHeads _ -> {
        Type x = only(1, 1, 0);
        must(x.rank() == 4, "(batch, heads, seq, head)");
        yield new Type(x.kind(), List.of(x.dim(0), x.dim(2), Dim.of(x.dim(1).fixed() * x.width())));
      }
      case Op.Slice slice -> {
        Type x = only(1, 1, 0);
        must(slice.from() >= 0 && slice.from() + slice.length() <= x.width(), "as many components");
        yield x.with(-1, Dim.of(slice.length()));
      }
      case Op.Concat _ -> {
        Type a = only(2, 2, 0), b = input(1);
        must(b.with(-1, a.dim(-1)).equals(a), "operands alike but for their last axis");
        yield a.with(-1, Dim.of(a.width() + b.width()));
      }
      case Op.RepeatHead repeat -> {
        Type x = only(1, 1, 0);
        must(x.rank() == 4 && x.dim(1).equals(Dim.ONE), "(batch, 1, seq, head)");
        yield x.with(1, Dim.of(repeat.heads()));
      }
      case Op.Latest _ -> {
        Type x = only(1, 1, 0);
        int axis = x.dims().indexOf(Dim.KEYS);
        yield axis < 0 ? x : x.with(axis, Dim.SEQ);
      }
      case Op.Final last -> only(1, 1, 0).with(last.axis(), Dim.ONE);
      case Op.Drop _ -> {
        Type x = only(1, 1, 0);
        yield x.with(1, x.dim(1).less());
      }
      case Op.Positions how -> {
        Type ids = only(2, 2, 0);
        yield switch (how.numbering()) {
          case SPAN_AND_BLOCK -> Type.of(INDEX, ids.dim(0), Dim.of(2), ids.dim(1));
          case SEQUENTIAL, UNPADDED, SPAN -> ids;
        };
      }
      case Op.Everywhere _ -> Type.of(INDEX, only(1, 1, 0).dim(0), input(0).dim(1));
      case Op.Length _ -> Type.of(INDEX, only(1, 1, 0).dim(0));
      case Op.PrefixEnd _, Op.PrefixOf _ -> Type.of(INDEX, only(2, 2, 0).dim(0));
      case Op.Visible visible -> {
        Type mask = only(1, 3, 0);
        boolean perQuery = visible.causal() || visible.window().isPresent();
        yield Type.of(
            TRUTH, mask.dim(0), Dim.ONE, perQuery ? input(1).dim(1) : Dim.ONE, mask.dim(1));
      }
      case Op.Rotate rotate -> {
        Type x = only(3, 3, 0);
        must(rotate.components() <= x.width(), "at most " + x.dim(-1) + " components");
        must(input(1).width() == rotate.components() / 2, "a table of " + rotate.components() / 2);
        yield x;
      }
      case Op.Sinusoid sinusoid -> append(only(1, 1, 0).as(FLOAT), sinusoid.width());
      case Op.Offset _ -> only(1, 1, 0);
      case Op.LogScale _ -> only(2, 2, 0);
      case Op.DistanceBias bias -> scoreBias(bias.heads());
      case Op.BucketBias bias -> {
        must(
            weights.size() == 1 && weight(0).dim(0) == bias.buckets().buckets(),
            "a table of buckets");
        yield scoreBias(weight(0).dim(1));
      }
      case Op.Attend attend -> {
        Type q = only(4, 5, sinks(attend.sink()));
        must((inputs.size() == 5) == attend.biased(), attend.biased() ? "a bias" : "no bias");
        must(q.width() == input(1).width(), "queries as wide as keys");
        must(q.dim(1).fixed() % input(1).dim(1).fixed() == 0, "heads that share keys evenly");
        yield q.with(-1, input(2).dim(-1));
      }
      case Op.Scores _ -> only(2, 3, 0).with(-1, input(1).dim(2));
      case Op.Softmax softmax -> only(2, 2, sinks(softmax.sink()));
      case Op.Weigh _ -> only(2, 2, 0).with(-1, input(1).dim(-1));
      case Op.Retain _ -> only(5, 5, 0);
      case Op.Experts experts -> {
        Type x = only(3, 3, weights.size());
        must(weights.size() == experts.count() * experts.weightsOfOne(), "all experts' weights");
        yield x;
      }
      case Op.Patch patch -> {
        Type pixels = only(1, 1, weights.size());
        long side = pixels.dim(2).fixed() / patch.size();
        yield Type.of(FLOAT, pixels.dim(0), Dim.of(side * side), Dim.of(weight(0).dim(0)));
      }
      case Op.Prepend _ -> {
        Type x = only(1, 1, 1);
        yield x.with(1, Dim.of(x.dim(1).fixed() + 1));
      }
      case Op.Pool _ -> {
        Type x = only(1, 3, 0);
        yield new Type(x.kind(), List.of(x.dim(0), x.dim(-1)));
      }
      case Op.Similarity _ -> Type.of(FLOAT, only(2, 2, 1).dim(0), input(1).dim(0));
      case Op.Remember remember -> {
        Type x = only(1, 1, 0);
        must(Dim.SEQ.equals(x.dim(remember.axis())), "an axis of tokens");
        yield x.with(remember.axis(), Dim.KEYS);
      }
      case Op.Keep _ -> only(1, 1, 0);
      case Op.RotaryTable _, Op.Route _ -> throw new GraphException(op + " gives two values");
    };
  }

  private static int sinks(Sink sink) {
    return Sink.LEARNED.equals(sink) ? 1 : 0;
  }

  private Type scoreBias(long heads) {
    Type queries = input(0), mask = input(1);
    return Type.of(FLOAT, Dim.ONE, Dim.of(heads), queries.dim(1), mask.dim(1));
  }

  private Type broadcast(Type a, Type b) {
    must(a.rank() == b.rank(), "operands of as many axes");
    List<Dim> dims = new ArrayList<>();
    for (int axis = 0; axis < a.rank(); axis++) {
      Dim one = a.dim(axis), other = b.dim(axis);
      must(
          one.equals(other) || one.equals(Dim.ONE) || other.equals(Dim.ONE), "operands that match");
      dims.add(one.equals(Dim.ONE) ? other : one);
    }
    return new Type(a.kind(), dims);
  }

  private static Type append(Type type, long width) {
    List<Dim> dims = new ArrayList<>(type.dims());
    dims.add(Dim.of(width));
    return new Type(type.kind(), dims);
  }

  /** The first operand, if there are as many as there must be. */
  private Type only(int least, int most, int parameters) {
    must(inputs.size() >= least && inputs.size() <= most, least + " to " + most + " operands");
    must(weights.size() == parameters, parameters + " parameters");
    return inputs.getFirst();
  }

  private Type input(int index) {
    return inputs.get(index);
  }

  private Shape weight(int index) {
    must(index < weights.size(), "a parameter " + index);
    return weights.get(index);
  }

  private void must(boolean legal, String expected) {
    if (!legal)
      throw new GraphException(
          op
              + ": expected "
              + expected
              + ", found operands "
              + inputs
              + " and parameters "
              + weights);
  }
}
