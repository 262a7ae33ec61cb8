package org.isomorph.megatron.execution;

import java.util.Arrays;

/**
 * What processes do together. Each takes what all processes of a stage hold and gives what they
 * hold then; a group is a run of neighbouring processes.
 */
final class Collectives {
  private Collectives() {}

  private interface Operation {
    Matrix[] of(Matrix[] group);
  }

  private static Matrix[] grouped(Matrix[] all, int group, Operation operation) {
    Matrix[] result = new Matrix[all.length];
    for (int first = 0; first < all.length; first += group)
      System.arraycopy(
          operation.of(Arrays.copyOfRange(all, first, first + group)), 0, result, first, group);
    return result;
  }

  private static Matrix[] toAll(Matrix one, int group) {
    Matrix[] each = new Matrix[group];
    Arrays.fill(each, one);
    return each;
  }

  /** All-reduce: each has the sum, taken in the order of the ranks. */
  static Matrix[] sum(Matrix[] all, int group) {
    return grouped(all, group, parts -> toAll(total(parts), group));
  }

  /** All-gather along tokens. */
  static Matrix[] gatherRows(Matrix[] all, int group) {
    return grouped(all, group, parts -> toAll(Matrix.below(parts), group));
  }

  /** All-gather along the last axis. */
  static Matrix[] gatherColumns(Matrix[] all, int group) {
    return grouped(all, group, parts -> toAll(Matrix.beside(parts), group));
  }

  /** Each keeps its share of the tokens, which all have. */
  static Matrix[] scatterRows(Matrix[] all, int group) {
    return grouped(
        all,
        group,
        parts -> {
          Matrix[] shares = new Matrix[group];
          int share = parts[0].rows() / group;
          for (int i = 0; i < group; i++) shares[i] = parts[i].rows(i * share, (i + 1) * share);
          return shares;
        });
  }

  /** Reduce-scatter: each has its share of the tokens of the sum. */
  static Matrix[] sumAndScatterRows(Matrix[] all, int group) {
    return scatterRows(sum(all, group), group);
  }

  private static Matrix total(Matrix[] parts) {
    Matrix total = parts[0];
    for (int i = 1; i < parts.length; i++) total = total.plus(parts[i]);
    return total;
  }
}
