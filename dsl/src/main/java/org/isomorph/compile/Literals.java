package org.isomorph.compile;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.isomorph.tensor.DType;

/** Constants as programs write them, and the casts that they need. */
final class Literals {
  private Literals() {}

  /** A number that reads back as the same double. */
  static String real(double number) {
    return Double.toString(number);
  }

  static String truth(boolean is) {
    return is ? "True" : "False";
  }

  static String ids(List<Long> ids) {
    return ids.isEmpty() ? "annotate(List[int], [])" : ids.toString();
  }

  static String dtype(DType dtype) {
    return TorchTypes.number(dtype).orElseThrow().toString();
  }

  static String cast(String x, DType dtype) {
    return "torch.to(" + x + ", dtype=" + dtype(dtype) + ")";
  }

  /** A tensor of one axis, where another one is. */
  static String constants(double[] numbers, DType dtype, String like) {
    return Arrays.stream(numbers)
        .mapToObj(Literals::real)
        .collect(
            Collectors.joining(
                ", ",
                "torch.tensor([",
                "], dtype=" + dtype(dtype) + ", device=ops.prim.device(" + like + "))"));
  }
}
