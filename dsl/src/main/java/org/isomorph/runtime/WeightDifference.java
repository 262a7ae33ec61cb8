package org.isomorph.runtime;

import java.util.List;
import org.isomorph.compile.TorchArchive;
import org.isomorph.tensor.DType;

/**
 * How the elements of two stored weights of one shape differ, whatever their dtypes and layouts.
 *
 * @param elements of either
 * @param different how many elements are not the same number; a NaN is the same as none
 * @param rows of the first axis
 * @param differentRows how many of them hold a different element
 * @param firstRow the first of these; -1 for none
 * @param greatest the greatest absolute difference; NaN where there is one
 * @param scale the greatest absolute value of the first weight
 */
public record WeightDifference(
    long elements,
    long different,
    long rows,
    long differentRows,
    long firstRow,
    double greatest,
    double scale) {
  /** Elements compared at once: what is made of them takes little memory. */
  private static final long CHUNK = 1L << 20;

  private static final String METHODS =
      """
        def compare(self: __torch__.M, x: List[Tensor], y: List[Tensor], transposed: bool, chunk: int) -> Tuple[List[int], Tensor]:
          a = x[0]
          b = y[0]
          if transposed:
            b = torch.t(b)
          else:
            pass
          if torch.eq(torch.dim(a), 0):
            a = torch.view(a, [1])
            b = torch.view(b, [1])
          else:
            pass
          rows = torch.size(a, 0)
          different = 0
          differing = 0
          first = -1
          most = torch.zeros([2], dtype=7)
          at = 0
          while torch.lt(at, rows):
            end = torch.add(at, chunk)
            if torch.gt(end, rows):
              end = rows
            else:
              pass
            u = torch.to(torch.slice(a, 0, at, end), dtype=7)
            v = torch.to(torch.slice(b, 0, at, end), dtype=7)
            unlike = torch.reshape(torch.ne(u, v), [torch.sub(end, at), -1])
            each = torch.any(unlike, 1)
            count = int(torch.sum(unlike))
            if torch.gt(count, 0):
              different = torch.add(different, count)
              differing = torch.add(differing, int(torch.sum(each)))
              if torch.lt(first, 0):
                first = torch.add(at, int(torch.argmax(torch.to(each, dtype=4))))
              else:
                pass
            else:
              pass
            here = torch.stack([torch.max(torch.abs(torch.sub(u, v))), torch.max(torch.abs(u))])
            most = torch.maximum(most, here)
            at = end
          return ([different, rows, differing, first], most)
      """;

  private static final class Loaded {
    static final Program PROGRAM = Program.load(TorchArchive.ofMethods(METHODS), Device.CPU);
  }

  /**
   * Compares two weights where they are stored.
   *
   * @throws RunException if they have different shapes
   */
  public static WeightDifference between(StoredWeight one, StoredWeight other) {
    return between(one, other, false);
  }

  /** As {@link #between(StoredWeight, StoredWeight)}, with the second matrix transposed. */
  public static WeightDifference transposed(StoredWeight one, StoredWeight other) {
    return between(one, other, true);
  }

  private static WeightDifference between(
      StoredWeight one, StoredWeight other, boolean transposed) {
    if (!one.shape().equals(other.shape()))
      throw new RunException(
          "weights of shapes " + one.shape() + " and " + other.shape() + " are not compared");
    long elements = one.shape().elements();
    long width = one.shape().rank() == 0 ? 1 : Math.max(1, elements / one.shape().dim(0));
    try (BoundWeights a = bound(one);
        BoundWeights b = bound(other);
        NativeValue turned = NativeValue.of(transposed);
        NativeValue chunk = NativeValue.of(Math.max(1, CHUNK / width));
        NativeValue result =
            Loaded.PROGRAM.call("compare", a.tensors(), b.tensors(), turned, chunk)) {
      List<NativeValue> parts = result.elements();
      List<Long> counts = parts.get(0).numbers();
      double[] most = parts.get(1).tensor().doubles();
      return new WeightDifference(
          elements, counts.get(0), counts.get(1), counts.get(2), counts.get(3), most[0], most[1]);
    }
  }

  /** In the dtype that it is stored in: nothing is made of a weight that can stay where it is. */
  private static BoundWeights bound(StoredWeight weight) {
    DType dtype = weight.dtype();
    return BoundWeights.bind(_ -> weight, List.of("weight"), dtype, Device.CPU);
  }

  /** Whether all numbers are the same. */
  public boolean isNone() {
    return different == 0;
  }
}
