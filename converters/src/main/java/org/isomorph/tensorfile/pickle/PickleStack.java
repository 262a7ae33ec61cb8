package org.isomorph.tensorfile.pickle;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The memory of a pickle's machine: a stack with marks in it, and a memo. */
final class PickleStack {
  private final PickleInput input;
  private final List<PickleValue> values = new ArrayList<>();
  private int[] marks = new int[16];
  private int marked;
  private final Map<Long, PickleValue> memo = new HashMap<>();

  PickleStack(PickleInput input) {
    this.input = input;
  }

  void push(PickleValue value) {
    values.add(value);
  }

  PickleValue pop() {
    requireOne();
    return values.removeLast();
  }

  PickleValue top() {
    requireOne();
    return values.getLast();
  }

  // What lies below the last mark can be reached only by taking the mark.
  private void requireOne() {
    int bottom = marked == 0 ? 0 : marks[marked - 1];
    if (values.size() <= bottom)
      throw input.problem("an instruction takes a value, and there is none on the stack");
  }

  void mark() {
    if (marked == marks.length) marks = Arrays.copyOf(marks, 2 * marked);
    marks[marked++] = values.size();
  }

  /** Everything above the last mark, which goes with it. */
  List<PickleValue> popMark() {
    if (marked == 0) throw input.problem("an instruction looks for a mark, and there is none");
    List<PickleValue> above = values.subList(marks[--marked], values.size());
    List<PickleValue> popped = new ArrayList<>(above);
    above.clear();
    return popped;
  }

  /** Drops one value, or the mark if there is nothing above it. */
  void drop() {
    if (marked > 0 && values.size() == marks[marked - 1]) marked--;
    else pop();
  }

  void remember(long index) {
    memo.put(index, top());
  }

  void remember() {
    memo.put((long) memo.size(), top());
  }

  PickleValue recall(long index) {
    PickleValue found = memo.get(index);
    if (found == null)
      throw input.problem("value " + index + " is recalled, which nothing has remembered");
    return found;
  }
}
