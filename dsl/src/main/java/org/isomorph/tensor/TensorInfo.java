package org.isomorph.tensor;

/**
 * A tensor's name, element type and shape: all that can be said of it without its data.
 *
 * @param name what the tensor is called where it is stored
 * @param dtype the type of its elements
 * @param shape its extents, outermost first
 */
public record TensorInfo(String name, DType dtype, Shape shape) {
  /**
   * The bytes that the data takes, densely packed.
   *
   * @throws ArithmeticException if that overflows a long or is not a whole number of bytes
   */
  public long bytes() {
    return dtype.bytes(shape.elements());
  }

  /** Names tell tensors apart: as the key of a large map, one hashes fast. */
  @Override
  public int hashCode() {
    return name.hashCode();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TensorInfo that
        && dtype == that.dtype
        && name.equals(that.name)
        && shape.equals(that.shape);
  }

  @Override
  public String toString() {
    return name + " " + dtype + " " + shape;
  }
}
