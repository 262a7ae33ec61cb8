package org.isomorph.compile;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.isomorph.tensor.DType;

/**
 * What torch calls dtypes in its files, and libtorch in the text of its programs.
 *
 * <p>The older ones have a class of storages each, {@code torch.FloatStorage}; files say the dtype
 * by it. The newer ones share a storage of bytes, and files say {@code torch.float8_e4m3fn} beside.
 */
public final class TorchTypes {
  private static final Map<String, DType> BY_STORAGE =
      Arrays.stream(DType.values())
          .filter(dtype -> storage(dtype).isPresent())
          .collect(Collectors.toMap(dtype -> storage(dtype).orElseThrow(), Function.identity()));
  private static final Map<String, DType> BY_NAME =
      Arrays.stream(DType.values())
          .filter(dtype -> name(dtype).isPresent())
          .collect(Collectors.toMap(dtype -> name(dtype).orElseThrow(), Function.identity()));
  private static final Map<Integer, DType> BY_NUMBER =
      Arrays.stream(DType.values())
          .filter(dtype -> number(dtype).isPresent())
          .collect(Collectors.toMap(dtype -> number(dtype).orElseThrow(), Function.identity()));

  private TorchTypes() {}

  /** The class of a dtype's storages within {@code torch}, if it has one of its own. */
  public static Optional<String> storage(DType dtype) {
    return Optional.ofNullable(
        switch (dtype) {
          case F64 -> "DoubleStorage";
          case F32 -> "FloatStorage";
          case F16 -> "HalfStorage";
          case BF16 -> "BFloat16Storage";
          case I64 -> "LongStorage";
          case I32 -> "IntStorage";
          case I16 -> "ShortStorage";
          case I8 -> "CharStorage";
          case U8 -> "ByteStorage";
          case BOOL -> "BoolStorage";
          case C64 -> "ComplexFloatStorage";
          default -> null;
        });
  }

  /** A dtype's name within {@code torch}, if torch has it and a byte or more for each element. */
  public static Optional<String> name(DType dtype) {
    return Optional.ofNullable(
        switch (dtype) {
          case F64 -> "float64";
          case F32 -> "float32";
          case F16 -> "float16";
          case BF16 -> "bfloat16";
          case I64 -> "int64";
          case I32 -> "int32";
          case I16 -> "int16";
          case I8 -> "int8";
          case U64 -> "uint64";
          case U32 -> "uint32";
          case U16 -> "uint16";
          case U8 -> "uint8";
          case BOOL -> "bool";
          case C64 -> "complex64";
          case F8_E4M3 -> "float8_e4m3fn";
          case F8_E5M2 -> "float8_e5m2";
          case F8_E4M3FNUZ -> "float8_e4m3fnuz";
          case F8_E5M2FNUZ -> "float8_e5m2fnuz";
          case F8_E8M0 -> "float8_e8m0fnu";
          case F4, F6_E2M3, F6_E3M2 -> null;
        });
  }

  /** libtorch's number of a dtype, if it has tensors of it. */
  public static Optional<Integer> number(DType dtype) {
    return Optional.ofNullable(
        switch (dtype) {
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
          case F4, F6_E2M3, F6_E3M2, F8_E8M0 -> null;
        });
  }

  /** The dtype that has this class of storages. */
  public static Optional<DType> ofStorage(String name) {
    return Optional.ofNullable(BY_STORAGE.get(name));
  }

  /** The dtype of this name. */
  public static Optional<DType> named(String name) {
    return Optional.ofNullable(BY_NAME.get(name));
  }

  /** The dtype that libtorch has under a number, if there is one here too. */
  public static Optional<DType> numbered(long number) {
    return Optional.ofNullable(BY_NUMBER.get(Math.toIntExact(number)));
  }
}
