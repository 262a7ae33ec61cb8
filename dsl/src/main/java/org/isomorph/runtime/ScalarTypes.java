package org.isomorph.runtime;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.isomorph.tensor.DType;

/** The numbers by which libtorch, and so the text of its programs, knows dtypes. */
final class ScalarTypes {
  private static final int NONE = -1;
  private static final Map<Integer, DType> BY_NUMBER =
      Arrays.stream(DType.values())
          .filter(dtype -> number(dtype) != NONE)
          .collect(Collectors.toMap(ScalarTypes::number, Function.identity()));

  private ScalarTypes() {}

  /**
   * libtorch's number of a dtype.
   *
   * @throws RunException if libtorch has no such dtype
   */
  static int of(DType dtype) {
    int number = number(dtype);
    if (number == NONE) throw new RunException("libtorch has no tensors of " + dtype);
    return number;
  }

  /** The dtype that libtorch has under a number, if there is one here too. */
  static Optional<DType> dtype(long number) {
    return Optional.ofNullable(BY_NUMBER.get(Math.toIntExact(number)));
  }

  private static int number(DType dtype) {
    return switch (dtype) {
      case U8 -> 0;
      case I8 -> 1;
      case I16 -> 2;
      case I32 -> 3;
      case I64 -> 4;
      case F16 -> 5;
      case F32 -> 6;
      case F64 -> 7;
      case C64 -> 9;
      case BOOL -> 11;
      case BF16 -> 15;
      case F8_E5M2 -> 23;
      case F8_E4M3 -> 24;
      case F8_E5M2FNUZ -> 25;
      case F8_E4M3FNUZ -> 26;
      case U16 -> 27;
      case U32 -> 28;
      case U64 -> 29;
      case F4, F6_E2M3, F6_E3M2, F8_E8M0 -> NONE;
    };
  }
}
