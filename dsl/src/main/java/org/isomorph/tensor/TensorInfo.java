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

  @Override
  public String toString() {
    return name + " " + dtype + " " + shape;
  }
}
