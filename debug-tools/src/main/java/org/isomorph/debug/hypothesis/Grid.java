package org.isomorph.debug.hypothesis;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.Tensor;

/**
 * Numbers in rows and columns, made as they are asked for: a matrix, or what would have become of
 * one by mistake. A vector is one column.
 */
interface Grid {
  long rows();

  long columns();

  float at(long row, long column);

  /** A function of an element's place. */
  interface Elements {
    float at(long row, long column);
  }

  static Grid of(long rows, long columns, Elements elements) {
    return new Grid() {
      @Override
      public long rows() {
        return rows;
      }

      @Override
      public long columns() {
        return columns;
      }

      @Override
      public float at(long row, long column) {
        return elements.at(row, column);
      }
    };
  }

  /** A tensor of F32; all axes but the first are columns. */
  static Grid of(Tensor tensor) {
    Shape shape = tensor.shape();
    long rows = shape.rank() == 0 ? 1 : shape.dim(0);
    long columns = rows == 0 ? 0 : shape.elements() / rows;
    MemorySegment data = tensor.data();
    return of(rows, columns, (row, column) -> data.get(FLOAT, (row * columns + column) * 4));
  }

  /** The elements, as a tensor of this shape. */
  default Tensor tensor(Shape shape) {
    return Tensor.filled(
        DType.F32,
        shape,
        data -> {
          long at = 0;
          for (long row = 0; row < rows(); row++)
            for (long column = 0; column < columns(); column++, at += 4)
              data.set(FLOAT, at, at(row, column));
        });
  }

  /** Another number in each place, made of the one that is there. */
  default Grid map(Change change) {
    return of(rows(), columns(), (row, column) -> change.of(at(row, column)));
  }

  /** A function of a number. */
  interface Change {
    float of(float value);
  }

  /** Where a row comes from. */
  interface Order {
    long from(long index);
  }

  /** The same rows in another order. */
  default Grid rows(Order order) {
    return of(rows(), columns(), (row, column) -> at(order.from(row), column));
  }

  /** The same columns in another order. */
  default Grid columns(Order order) {
    return of(rows(), columns(), (row, column) -> at(row, order.from(column)));
  }

  /** So many rows from here on. */
  default Grid slice(long first, long count) {
    return of(count, columns(), (row, column) -> at(first + row, column));
  }

  /** The bytes of the transpose, read as if they were not. */
  default Grid transposed() {
    return of(
        rows(),
        columns(),
        (row, column) -> {
          long flat = row * columns() + column;
          return at(flat % rows(), flat / rows());
        });
  }

  /** All rows of these, one below the other. */
  static Grid stacked(List<Grid> parts) {
    long rows = parts.stream().mapToLong(Grid::rows).sum();
    return of(
        rows,
        parts.getFirst().columns(),
        (row, column) -> {
          long left = row;
          for (Grid part : parts) {
            if (left < part.rows()) return part.at(left, column);
            left -= part.rows();
          }
          throw new IndexOutOfBoundsException("row " + row + " of " + rows);
        });
  }

  /** Little-endian elements, wherever they begin. */
  ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
}
