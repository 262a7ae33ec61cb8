package org.isomorph.megatron.execution;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;

/** A rank's parameter, read as float32 some rows at a time. A vector is one column. */
interface Weight {
  int rows();

  int columns();

  /** Reads {@code count} rows from {@code first} on to the beginning of {@code target}. */
  void read(int first, int count, float[] target) throws IOException;

  /** Some rows. */
  default float[] rows(int first, int count) {
    float[] values = new float[Math.multiplyExact(count, columns())];
    try {
      read(first, count, values);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    return values;
  }

  /** All of it. */
  default float[] values() {
    return rows(0, rows());
  }

  /** Two of equal width, one below the other. */
  static Weight below(Weight upper, Weight lower) {
    return new Weight() {
      @Override
      public int rows() {
        return upper.rows() + lower.rows();
      }

      @Override
      public int columns() {
        return upper.columns();
      }

      @Override
      public void read(int first, int count, float[] target) throws IOException {
        int above = Math.clamp((long) upper.rows() - first, 0, count);
        if (above > 0) upper.read(first, above, target);
        if (above == count) return;
        float[] rest = new float[(count - above) * columns()];
        lower.read(first + above - upper.rows(), count - above, rest);
        System.arraycopy(rest, 0, target, above * columns(), rest.length);
      }
    };
  }

  /** Parts of one, each at its place; what none has is zero. */
  static Weight of(int rows, int columns, List<Part> parts) {
    return new Weight() {
      @Override
      public int rows() {
        return rows;
      }

      @Override
      public int columns() {
        return columns;
      }

      @Override
      public void read(int first, int count, float[] target) throws IOException {
        Arrays.fill(target, 0, count * columns, 0);
        for (Part part : parts) part.copy(first, count, columns, target);
      }
    };
  }

  /**
   * A part of a larger one.
   *
   * @param row where it begins
   * @param column likewise
   */
  record Part(int row, int column, Weight of) {
    private void copy(int first, int count, int width, float[] target) throws IOException {
      int from = Math.max(first, row), to = Math.min(first + count, row + of.rows());
      if (from >= to) return;
      float[] values = new float[(to - from) * of.columns()];
      of.read(from - row, to - from, values);
      for (int each = from; each < to; each++)
        System.arraycopy(
            values,
            (each - from) * of.columns(),
            target,
            (each - first) * width + column,
            of.columns());
    }
  }
}
