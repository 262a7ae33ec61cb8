package org.isomorph.tensor;

/**
 * The values of 8-bit floats.
 *
 * <p>Source: Micikevicius et al., "FP8 Formats for Deep Learning" (2022); for E8M0, the OCP
 * Microscaling specification 1.0.
 *
 * <table>
 *   <caption>Some codes</caption>
 *   <tr><th>code</th><th>E4M3</th><th>E5M2</th><th>E8M0</th></tr>
 *   <tr><td>0x00</td><td>0</td><td>0</td><td>2^-127</td></tr>
 *   <tr><td>0x01</td><td>2^-9</td><td>2^-16</td><td>2^-126</td></tr>
 *   <tr><td>0x38</td><td>1</td><td>0.5</td><td>2^-71</td></tr>
 *   <tr><td>0x7c</td><td>384</td><td>infinity</td><td>2^-3</td></tr>
 *   <tr><td>0x7e</td><td>448, the largest</td><td>NaN</td><td>0.5</td></tr>
 *   <tr><td>0x7f</td><td>NaN</td><td>NaN</td><td>1</td></tr>
 * </table>
 */
public final class Float8 {
  /** The largest finite E4M3. */
  public static final float E4M3_MAX = 448;

  private Float8() {}

  /** The value of an {@link DType#F8_E4M3}: 4 bits of exponent, 3 of mantissa, no infinities. */
  public static float e4m3(byte code) {
    int magnitude = code & 0x7f;
    if (magnitude == 0x7f) return Float.NaN;
    int exponent = magnitude >>> 3;
    float mantissa = exponent == 0 ? magnitude / 8f : 1 + (magnitude & 7) / 8f;
    return sign(code) * Math.scalb(mantissa, Math.max(exponent, 1) - 7);
  }

  /** The value of an {@link DType#F8_E5M2}: 5 bits of exponent, 2 of mantissa, as IEEE 754 does. */
  public static float e5m2(byte code) {
    // It is the upper half of a binary16.
    return Float.float16ToFloat((short) (code << Byte.SIZE));
  }

  /** The value of an {@link DType#F8_E8M0}: a power of two. */
  public static float e8m0(byte code) {
    int exponent = code & 0xff;
    return exponent == 0xff ? Float.NaN : (float) Math.scalb(1d, exponent - 127);
  }

  /**
   * The E4M3 nearest to a value, ties to even; what is larger than {@link #E4M3_MAX} becomes that,
   * and a NaN stays one.
   */
  public static byte toE4m3(double value) {
    if (Double.isNaN(value)) return 0x7f;
    double magnitude = Math.abs(value);
    int exponent = Math.clamp(magnitude == 0 ? -6 : Math.getExponent(magnitude), -6, 8);
    // In units of the last place of that exponent: 8 to 15 and a fraction, or less for subnormals.
    long units = (long) Math.min(Math.rint(Math.scalb(magnitude, 3 - exponent)), 16);
    long code = Math.min(units + ((exponent + 6L) << 3), 0x7e);
    return (byte) (code | (value < 0 || 1 / value < 0 ? 0x80 : 0));
  }

  private static int sign(byte code) {
    return code < 0 ? -1 : 1;
  }
}
