package org.isomorph.runtime;

import java.util.ArrayList;
import java.util.List;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.Tensor;

/** Parts of tensors, and how far two are apart. */
final class Numbers {
  private Numbers() {}

  /** Only these indices of an axis, as they follow. */
  static Tensor picked(Tensor tensor, int axis, int... indices) {
    long[] dims = tensor.shape().dims();
    int inner = 1, outer = 1;
    for (int i = axis + 1; i < dims.length; i++) inner = Math.toIntExact(inner * dims[i]);
    for (int i = 0; i < axis; i++) outer = Math.toIntExact(outer * dims[i]);
    int extent = Math.toIntExact(dims[axis]);
    double[] from = tensor.doubles(), to = new double[outer * indices.length * inner];
    for (int o = 0; o < outer; o++)
      for (int i = 0; i < indices.length; i++)
        System.arraycopy(
            from, (o * extent + indices[i]) * inner, to, (o * indices.length + i) * inner, inner);
    dims[axis] = indices.length;
    if (tensor.dtype() != DType.I64) return Tensor.ofDoubles(Shape.of(dims), to);
    return Tensor.ofLongs(
        Shape.of(dims),
        java.util.stream.DoubleStream.of(to).mapToLong(each -> (long) each).toArray());
  }

  /** Tensors one after the other along an axis. */
  static Tensor joined(List<Tensor> parts, int axis) {
    long[] dims = parts.getFirst().shape().dims();
    List<double[]> values = new ArrayList<>();
    long extent = 0;
    for (Tensor part : parts) {
      values.add(part.doubles());
      extent += part.shape().dim(axis);
    }
    dims[axis] = extent;
    int outer = 1;
    for (int i = 0; i < axis; i++) outer = Math.toIntExact(outer * dims[i]);
    double[] all = new double[Math.toIntExact(Shape.of(dims).elements())];
    int at = 0;
    for (int o = 0; o < outer; o++)
      for (double[] each : values) {
        int length = each.length / outer;
        System.arraycopy(each, o * length, all, at, length);
        at += length;
      }
    return Tensor.ofDoubles(Shape.of(dims), all);
  }

  /** The largest difference, in parts of the largest expected number; infinite for NaN. */
  static double apart(Tensor expected, Tensor found) {
    if (!expected.shape().equals(found.shape()))
      throw new AssertionError("shapes differ: " + expected.shape() + " " + found.shape());
    double[] a = expected.doubles(), b = found.doubles();
    double largest = 0, apart = 0;
    for (int i = 0; i < a.length; i++) {
      largest = Math.max(largest, Math.abs(a[i]));
      double difference = a[i] == b[i] ? 0 : Math.abs(a[i] - b[i]);
      if (Double.isNaN(difference)) return Double.POSITIVE_INFINITY;
      apart = Math.max(apart, difference);
    }
    return apart == 0 ? 0 : apart / Math.max(largest, Double.MIN_NORMAL);
  }
}
