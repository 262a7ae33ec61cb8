package org.isomorph.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Floating-point casts between little-endian buffers, as IEEE 754 has them: widening is exact,
 * narrowing rounds once, to nearest, ties to even.
 *
 * <p>Subnormals are kept, what is too large becomes an infinity, and a NaN stays a (quiet) NaN.
 * Each loop is plain, over 32-bit indices and unaligned layouts, because that is what the JIT
 * compiler vectorises.
 *
 * <table>
 *   <caption>What becomes of some float32 values</caption>
 *   <tr><th>float32</th><th>bfloat16</th><th>float16</th></tr>
 *   <tr><td>1.0</td><td>1.0</td><td>1.0</td></tr>
 *   <tr><td>1 + 2^-8, a tie</td><td>1.0</td><td>1 + 2^-8</td></tr>
 *   <tr><td>1 + 3 * 2^-8, a tie</td><td>1 + 2^-6</td><td>1 + 3 * 2^-8</td></tr>
 *   <tr><td>65520.0</td><td>65536.0</td><td>infinity</td></tr>
 *   <tr><td>2^-25, a tie</td><td>2^-25</td><td>0.0</td></tr>
 * </table>
 */
public final class Casts {
  private static final ValueLayout.OfShort LE_SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt LE_INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat LE_FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble LE_DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private Casts() {}

  /**
   * Whether {@link #cast} can do this: both the same, both among F64, F32, F16 and BF16, or F64 to
   * F8_E4M3.
   */
  public static boolean supports(DType from, DType to) {
    return from == to
        || (floating(from) && floating(to))
        || (from == DType.F64 && to == DType.F8_E4M3);
  }

  private static boolean floating(DType dtype) {
    return switch (dtype) {
      case F64, F32, F16, BF16 -> true;
      default -> false;
    };
  }

  /**
   * Casts {@code count} neighbouring elements from the beginning of one buffer to the beginning of
   * another, which must not overlap.
   */
  public static void cast(
      DType fromType, MemorySegment from, DType toType, MemorySegment to, int count) {
    if (fromType == toType) {
      MemorySegment.copy(from, 0, to, 0, fromType.bytes(count));
      return;
    }
    switch (fromType) {
      case F32 -> {
        switch (toType) {
          case BF16 -> floatToBfloat(from, to, count);
          case F16 -> floatToHalf(from, to, count);
          case F64 -> floatToDouble(from, to, count);
          default -> throw unsupported(fromType, toType);
        }
      }
      case BF16 -> {
        switch (toType) {
          case F32 -> bfloatToFloat(from, to, count);
          case F16 -> bfloatToHalf(from, to, count);
          case F64 -> bfloatToDouble(from, to, count);
          default -> throw unsupported(fromType, toType);
        }
      }
      case F16 -> {
        switch (toType) {
          case F32 -> halfToFloat(from, to, count);
          case BF16 -> halfToBfloat(from, to, count);
          case F64 -> halfToDouble(from, to, count);
          default -> throw unsupported(fromType, toType);
        }
      }
      case F64 -> {
        switch (toType) {
          case F32 -> doubleToFloat(from, to, count);
          case BF16 -> doubleToBfloat(from, to, count);
          case F16 -> doubleToHalf(from, to, count);
          case F8_E4M3 -> doubleToE4m3(from, to, count);
          default -> throw unsupported(fromType, toType);
        }
      }
      default -> throw unsupported(fromType, toType);
    }
  }

  private static IllegalArgumentException unsupported(DType from, DType to) {
    return new IllegalArgumentException("no cast from " + from + " to " + to);
  }

  private static void floatToBfloat(MemorySegment from, MemorySegment to, int count) {
    for (int i = 0; i < count; i++) to.set(LE_SHORT, 2L * i, bfloat(from.get(LE_INT, 4L * i)));
  }

  private static void floatToHalf(MemorySegment from, MemorySegment to, int count) {
    for (int i = 0; i < count; i++)
      to.set(LE_SHORT, 2L * i, Float.floatToFloat16(from.get(LE_FLOAT, 4L * i)));
  }

  private static void floatToDouble(MemorySegment from, MemorySegment to, int count) {
    for (int i = 0; i < count; i++) to.set(LE_DOUBLE, 8L * i, from.get(LE_FLOAT, 4L * i));
  }

  private static void bfloatToFloat(MemorySegment from, MemorySegment to, int count) {
    for (int i = 0; i < count; i++) to.set(LE_INT, 4L * i, from.get(LE_SHORT, 2L * i) << 16);
  }

  private static void bfloatToHalf(MemorySegment from, MemorySegment to, int count) {
    for (int i = 0; i < count; i++)
      to.set(
          LE_SHORT,
          2L * i,
          Float.floatToFloat16(Float.intBitsToFloat(from.get(LE_SHORT, 2L * i) << 16)));
  }

  private static void bfloatToDouble(MemorySegment from, MemorySegment to, int count) {
    for (int i = 0; i < count; i++)
      to.set(LE_DOUBLE, 8L * i, Float.intBitsToFloat(from.get(LE_SHORT, 2L * i) << 16));
  }

  private static void halfToFloat(MemorySegment from, MemorySegment to, int count) {
    for (int i = 0; i < count; i++)
      to.set(LE_FLOAT, 4L * i, Float.float16ToFloat(from.get(LE_SHORT, 2L * i)));
  }

  private static void halfToBfloat(MemorySegment from, MemorySegment to, int count) {
    for (int i = 0; i < count; i++) {
      float value = Float.float16ToFloat(from.get(LE_SHORT, 2L * i));
      to.set(LE_SHORT, 2L * i, bfloat(Float.floatToRawIntBits(value)));
    }
  }

  private static void halfToDouble(MemorySegment from, MemorySegment to, int count) {
    for (int i = 0; i < count; i++)
      to.set(LE_DOUBLE, 8L * i, Float.float16ToFloat(from.get(LE_SHORT, 2L * i)));
  }

  private static void doubleToFloat(MemorySegment from, MemorySegment to, int count) {
    for (int i = 0; i < count; i++) to.set(LE_FLOAT, 4L * i, (float) from.get(LE_DOUBLE, 8L * i));
  }

  private static void doubleToBfloat(MemorySegment from, MemorySegment to, int count) {
    for (int i = 0; i < count; i++)
      to.set(LE_SHORT, 2L * i, bfloat(oddFloat(from.get(LE_DOUBLE, 8L * i))));
  }

  private static void doubleToHalf(MemorySegment from, MemorySegment to, int count) {
    for (int i = 0; i < count; i++) {
      float value = Float.intBitsToFloat(oddFloat(from.get(LE_DOUBLE, 8L * i)));
      to.set(LE_SHORT, 2L * i, Float.floatToFloat16(value));
    }
  }

  private static void doubleToE4m3(MemorySegment from, MemorySegment to, int count) {
    for (int i = 0; i < count; i++)
      to.set(ValueLayout.JAVA_BYTE, i, Float8.toE4m3(from.get(LE_DOUBLE, 8L * i)));
  }

  /** The bits of the bfloat16 nearest to a float, ties to even. */
  public static short bfloat16(float value) {
    return bfloat(Float.floatToRawIntBits(value));
  }

  /** The upper half of a float, rounded; adding the half before truncating carries into it. */
  private static short bfloat(int bits) {
    int rounded = (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
    int quiet = (bits >>> 16) | 0x40;
    return (short) ((bits & 0x7fff_ffff) > 0x7f80_0000 ? quiet : rounded);
  }

  /**
   * The bits of a double as a float that is rounded to odd: truncated, with the last bit set if
   * anything was lost. Rounding that once more, to a format at least two bits narrower, gives what
   * rounding the double at once would have given, which rounding to nearest twice does not.
   */
  private static int oddFloat(double value) {
    float nearest = (float) value;
    int bits = Float.floatToRawIntBits(nearest);
    if (nearest == value || Double.isNaN(value)) return bits;
    if (Math.abs((double) nearest) > Math.abs(value)) bits--;
    return bits | 1;
  }
}
