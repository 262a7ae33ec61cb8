package org.isomorph.megatron.execution;

import java.util.Arrays;

/** Activations of one process: a row a token. Whoever makes one fills it before handing it on. */
final class Matrix {
  private final int rows;
  private final int columns;
  private final float[] values;

  Matrix(int rows, int columns, float[] values) {
    this.rows = rows;
    this.columns = columns;
    this.values = values;
  }

  int rows() {
    return rows;
  }

  int columns() {
    return columns;
  }

  /** All values, row by row: not a copy. */
  float[] values() {
    return values;
  }

  static Matrix zeros(int rows, int columns) {
    return new Matrix(rows, columns, new float[Math.multiplyExact(rows, columns)]);
  }

  float get(int row, int column) {
    return values[row * columns + column];
  }

  /** These rows alone. */
  Matrix rows(int from, int to) {
    return new Matrix(to - from, columns, Arrays.copyOfRange(values, from * columns, to * columns));
  }

  /** These columns alone. */
  Matrix columns(int from, int to) {
    Matrix part = zeros(rows, to - from);
    for (int row = 0; row < rows; row++)
      System.arraycopy(values, row * columns + from, part.values, row * part.columns, part.columns);
    return part;
  }

  Matrix plus(Matrix other) {
    float[] sum = values.clone();
    for (int i = 0; i < sum.length; i++) sum[i] += other.values[i];
    return new Matrix(rows, columns, sum);
  }

  /** A vector added to each row. */
  Matrix plus(float[] vector) {
    float[] sum = values.clone();
    for (int i = 0; i < sum.length; i++) sum[i] += vector[i % columns];
    return new Matrix(rows, columns, sum);
  }

  /** The rows of all, in their order. */
  static Matrix below(Matrix... parts) {
    int rows = 0;
    for (Matrix part : parts) rows += part.rows;
    Matrix all = zeros(rows, parts[0].columns);
    int at = 0;
    for (Matrix part : parts) {
      System.arraycopy(part.values, 0, all.values, at, part.values.length);
      at += part.values.length;
    }
    return all;
  }

  /** The columns of all, in their order. */
  static Matrix beside(Matrix... parts) {
    int columns = 0;
    for (Matrix part : parts) columns += part.columns;
    Matrix all = zeros(parts[0].rows, columns);
    int at = 0;
    for (Matrix part : parts) {
      for (int row = 0; row < all.rows; row++)
        System.arraycopy(
            part.values, row * part.columns, all.values, row * columns + at, part.columns);
      at += part.columns;
    }
    return all;
  }

  @Override
  public String toString() {
    return rows + " x " + columns;
  }
}
