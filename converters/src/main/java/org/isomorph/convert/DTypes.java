package org.isomorph.convert;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.TensorInfo;

/** The dtypes that can be cast to one another, and what is lost. */
public final class DTypes {
  private static final Set<DType> FLOATS = EnumSet.of(DType.F16, DType.BF16, DType.F32, DType.F64);

  private DTypes() {}

  /** Whether {@code dtype} is a floating-point type that casts read and write. */
  public static boolean isFloat(DType dtype) {
    return FLOATS.contains(dtype);
  }

  /** Whether every value of {@code from} is a value of {@code to}. */
  static boolean widens(DType from, DType to) {
    return from == to || to == DType.F64 || (to == DType.F32 && from.bits() == 16);
  }

  /** The narrowest type that has every value of both. */
  static DType common(DType a, DType b) {
    if (widens(a, b)) return b;
    return widens(b, a) ? a : DType.F32;
  }

  /** A cast as a plan names it: {@code F32 -> BF16}. */
  static String cast(DType from, DType to) {
    return from + " -> " + to;
  }

  /** Whether a {@linkplain #cast cast} loses nothing. */
  static boolean isExact(String cast) {
    String[] ends = cast.split(" -> ", 2);
    return widens(DType.valueOf(ends[0]), DType.valueOf(ends[1]));
  }

  /** The dtype of most of the elements of these tensors; float32 where there are none. */
  public static DType main(Iterable<TensorInfo> tensors) {
    Map<DType, Long> elements = new EnumMap<>(DType.class);
    for (TensorInfo tensor : tensors)
      elements.merge(tensor.dtype(), tensor.shape().elements(), Math::addExact);
    return elements.entrySet().stream()
        .max((a, b) -> Long.compare(a.getValue(), b.getValue()))
        .map(Map.Entry::getKey)
        .orElse(DType.F32);
  }
}
