package org.isomorph.compile;

import java.util.List;

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

  /** A place in a list: a number, after a variable that a function is given. */
  record Slot(String base, int offset) {
    String plus(int more) {
      int at = offset + more;
      if (base.isEmpty()) return Integer.toString(at);
      return at == 0 ? base : base + " + " + at;
    }
  }
}
