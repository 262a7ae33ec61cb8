package org.isomorph.debug.report;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;

/**
 * Numbers as base64, little end first: pages have many, and need few digits of each.
 *
 * <table>
 *   <caption>Forms</caption>
 *   <tr><th>form</th><th>bytes</th><th>kept of a number</th></tr>
 *   <tr><td>half</td><td>2</td><td>3 digits, up to 65504; NaN and infinities</td></tr>
 *   <tr><td>single</td><td>4</td><td>7 digits</td></tr>
 *   <tr><td>index</td><td>4</td><td>all of a whole number</td></tr>
 *   <tr><td>weight</td><td>1</td><td>0 to 1, within 0.002 of its square root</td></tr>
 * </table>
 */
final class Packed {
  private static final double STEPS = 255;
  private static final double LARGEST_HALF = 65504;

  private Packed() {}

  static String half(double[] numbers) {
    byte[] packed = new byte[Math.multiplyExact(numbers.length, Short.BYTES)];
    ByteBuffer bytes = buffer(packed);
    for (double each : numbers) {
      // What is finite stays so.
      double held = Double.isFinite(each) ? Math.clamp(each, -LARGEST_HALF, LARGEST_HALF) : each;
      bytes.putShort(Float.floatToFloat16((float) held));
    }
    return bytes(packed);
  }

  static String single(double[] numbers) {
    byte[] packed = new byte[Math.multiplyExact(numbers.length, Float.BYTES)];
    ByteBuffer bytes = buffer(packed);
    for (double each : numbers) bytes.putFloat((float) each);
    return bytes(packed);
  }

  static String indices(long[] numbers) {
    byte[] packed = new byte[Math.multiplyExact(numbers.length, Integer.BYTES)];
    ByteBuffer bytes = buffer(packed);
    for (long each : numbers) bytes.putInt(Math.toIntExact(each));
    return bytes(packed);
  }

  /** Square roots, so that small weights keep their digits; NaN is 0. */
  static byte weight(double weight) {
    return (byte) Math.round(Math.sqrt(Math.clamp(weight, 0.0, 1.0)) * STEPS);
  }

  static String bytes(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  private static ByteBuffer buffer(byte[] packed) {
    return ByteBuffer.wrap(packed).order(ByteOrder.LITTLE_ENDIAN);
  }
}
