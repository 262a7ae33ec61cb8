package org.isomorph.tensor;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The type of a tensor's elements: every dtype of the safetensors format.
 *
 * <p>Constants carry the names that the format writes in its headers ({@code "BF16"}). All types
 * are little-endian on disk. Elements narrower than a byte are packed without padding, so that only
 * whole tensors, never single elements, have a byte address; {@link #bytes(long)} says which
 * element counts fill whole bytes.
 */
public enum DType {
  /** True or false, one byte each. */
  BOOL(8),
  /** MXFP4, four bits. */
  F4(4),
  /** MXFP6, six bits: 2 of exponent, 3 of mantissa. */
  F6_E2M3(6),
  /** MXFP6, six bits: 3 of exponent, 2 of mantissa. */
  F6_E3M2(6),
  /** Unsigned 8-bit integer. */
  U8(8),
  /** Signed 8-bit integer. */
  I8(8),
  /** FP8 with 5 bits of exponent and 2 of mantissa, IEEE-like. */
  F8_E5M2(8),
  /** FP8 with 4 bits of exponent and 3 of mantissa, finite only. */
  F8_E4M3(8),
  /** FP8 with 8 bits of exponent and none of mantissa: a power of two, used as a scale. */
  F8_E8M0(8),
  /** FP8 E4M3 without infinities and negative zero. */
  F8_E4M3FNUZ(8),
  /** FP8 E5M2 without infinities and negative zero. */
  F8_E5M2FNUZ(8),
  /** Signed 16-bit integer. */
  I16(16),
  /** Unsigned 16-bit integer. */
  U16(16),
  /** IEEE 754 binary16. */
  F16(16),
  /** Brain float: the upper half of an IEEE 754 binary32. */
  BF16(16),
  /** Signed 32-bit integer. */
  I32(32),
  /** Unsigned 32-bit integer. */
  U32(32),
  /** IEEE 754 binary32. */
  F32(32),
  /** Complex number of two binary32. */
  C64(64),
  /** IEEE 754 binary64. */
  F64(64),
  /** Signed 64-bit integer. */
  I64(64),
  /** Unsigned 64-bit integer. */
  U64(64);

  private static final Map<String, DType> BY_NAME =
      Arrays.stream(values()).collect(Collectors.toMap(DType::name, Function.identity()));

  private final int bits;

  DType(int bits) {
    this.bits = bits;
  }

  /** The width of one element in bits. */
  public int bits() {
    return bits;
  }

  /** Whether each element has an address of its own: its width is a whole number of bytes. */
  public boolean addressable() {
    return bits % Byte.SIZE == 0;
  }

  /**
   * The width of one element in bytes.
   *
   * @throws IllegalStateException if elements are narrower than a byte
   */
  public int width() {
    if (!addressable())
      throw new IllegalStateException(this + " has " + bits + " bits an element: no byte width");
    return bits / Byte.SIZE;
  }

  /**
   * The bytes that {@code elements} elements take.
   *
   * @throws ArithmeticException if the count overflows a long, or if the elements do not fill whole
   *     bytes
   */
  public long bytes(long elements) {
    long total = Math.multiplyExact(elements, bits);
    if (total % Byte.SIZE != 0)
      throw new ArithmeticException(elements + " elements of " + this + " do not fill whole bytes");
    return total / Byte.SIZE;
  }

  /**
   * The type that safetensors headers call {@code name}, or empty for a name that the format does
   * not have.
   */
  public static Optional<DType> named(String name) {
    return Optional.ofNullable(BY_NAME.get(name));
  }
}
