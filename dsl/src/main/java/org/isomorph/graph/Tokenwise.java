package org.isomorph.graph;

import java.util.List;
import java.util.stream.IntStream;
import org.isomorph.spec.Router;

/** Operations that treat tokens apart: a token of the result needs one token of the operands. */
final class Tokenwise {
  /** An operand that each token needs all of, such as keys, or that is the same for all. */
  static final int WHOLE = -1;

  /** Where queries are in what attention reads: (B, H, T, ...). */
  private static final int QUERIES = 2;

  private Tokenwise() {}

  /**
   * For each operand the axis on which it has the tokens of this call, or {@link #WHOLE}; empty for
   * an operation that does not treat tokens apart.
   *
   * @param operands the types of what the operation reads
   */
  static List<Integer> axes(Op op, List<Type> operands) {
    List<Integer> axes =
        switch (op) {
          case Op.Linear _,
              Op.Normalise _,
              Op.Activate _,
              Op.Add _,
              Op.Multiply _,
              Op.Scale _,
              Op.Cap _,
              Op.Unit _,
              Op.SplitHeads _,
              Op.MergeHeads _,
              Op.Slice _,
              Op.Concat _,
              Op.RepeatHead _,
              Op.Rotate _,
              Op.LogScale _,
              Op.Experts _ ->
              tokens(operands);
          // What an expert of a switch has room for is counted over the sequence.
          case Op.Route route when !(route.router() instanceof Router.Switch) -> tokens(operands);
          case Op.Attend _ -> queries(operands, List.of(1, 2));
          case Op.Scores _, Op.Weigh _ -> queries(operands, List.of(1));
          case Op.Softmax _ -> queries(operands, List.of());
          default -> List.of();
        };
    return axes.isEmpty() || axes.getFirst() == WHOLE ? List.of() : axes;
  }

  private static List<Integer> tokens(List<Type> operands) {
    return operands.stream().map(type -> type.dims().indexOf(Dim.SEQ)).toList();
  }

  /** A mask or a bias may be the same for all queries. */
  private static List<Integer> queries(List<Type> operands, List<Integer> keysAndValues) {
    return IntStream.range(0, operands.size())
        .mapToObj(index ->
            !keysAndValues.contains(index) && Dim.SEQ.equals(operands.get(index).dim(QUERIES))
                ? QUERIES
                : WHOLE)
        .toList();
  }
}
