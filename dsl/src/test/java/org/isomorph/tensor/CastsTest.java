package org.isomorph.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.isomorph.tensor.DType.BF16;
import static org.isomorph.tensor.DType.F16;
import static org.isomorph.tensor.DType.F32;
import static org.isomorph.tensor.DType.F64;

import java.lang.foreign.MemorySegment;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class CastsTest {

  @Test
  void everyBfloatSurvivesTheWayThroughWiderTypes() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      long wide = cast(BF16, F32, bits);
      assertSame(BF16, bits, cast(F32, BF16, wide));
      assertSame(BF16, bits, cast(F64, BF16, cast(BF16, F64, bits)));
      if (!isNaN(BF16, bits)) assertThat(wide).isEqualTo(Integer.toUnsignedLong(bits << 16));
    }
  }

  @Test
  void everyHalfSurvivesTheWayThroughWiderTypes() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      long wide = cast(F16, F32, bits);
      assertSame(F16, bits, cast(F32, F16, wide));
      assertSame(F16, bits, cast(F64, F16, cast(F16, F64, bits)));
      if (!isNaN(F16, bits))
        assertThat(wide)
            .isEqualTo(
                Integer.toUnsignedLong(
                    Float.floatToRawIntBits(Float.float16ToFloat((short) bits))));
    }
  }

  @Test
  void halvesAndBfloatsBecomeEachOtherAsTheirValuesRound() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      assertRounded(F16, BF16, bits);
      assertRounded(BF16, F16, bits);
    }
  }

  @Test
  void theMiddleBetweenTwoNeighboursGoesToTheEvenOneAndWhatIsBesideItToTheNearer() {
    for (DType narrow : new DType[] {BF16, F16})
      for (int bits = 0; value(narrow, bits + 1) < Double.POSITIVE_INFINITY; bits++) {
        double middle = (value(narrow, bits) + value(narrow, bits + 1)) / 2;
        int even = bits + (bits & 1);
        for (int sign = 0; sign < 2; sign++) {
          double signed = sign == 0 ? middle : -middle;
          int signBit = sign << 15;
          assertThat(cast(F64, narrow, raw(signed))).isEqualTo(even | signBit);
          assertThat(cast(F64, narrow, raw(signed) - 1)).isEqualTo(bits | signBit);
          assertThat(cast(F64, narrow, raw(signed) + 1)).isEqualTo((bits + 1) | signBit);
          // Every such middle is a float, as both types are at least two bits narrower.
          int single = Float.floatToRawIntBits((float) signed);
          assertThat(cast(F32, narrow, Integer.toUnsignedLong(single))).isEqualTo(even | signBit);
          assertThat(cast(F32, narrow, Integer.toUnsignedLong(single - 1)))
              .isEqualTo(bits | signBit);
          assertThat(cast(F32, narrow, Integer.toUnsignedLong(single + 1)))
              .isEqualTo((bits + 1) | signBit);
        }
      }
  }

  @Test
  void whatIsTooLargeBecomesAnInfinityFromTheMiddleToTheNextPowerOfTwoOn() {
    assertThat(cast(F64, F16, raw(Math.nextDown(65520.0)))).isEqualTo(0x7bff);
    assertThat(cast(F64, F16, raw(65520.0))).isEqualTo(0x7c00);
    assertThat(cast(F64, F16, raw(-1e300))).isEqualTo(0xfc00);
    assertThat(cast(F64, BF16, raw(1e300))).isEqualTo(0x7f80);
    assertThat(cast(F32, BF16, Float.floatToRawIntBits(Float.MAX_VALUE))).isEqualTo(0x7f80);
    assertThat(cast(F64, F32, raw(1e300))).isEqualTo(0x7f80_0000L);
    assertThat(cast(F64, BF16, raw(Double.MIN_VALUE))).isZero();
    assertThat(cast(F64, BF16, raw(-Double.MIN_VALUE))).isEqualTo(0x8000);
  }

  @Test
  void aNotANumberStaysOneHoweverItsBitsAreSet() {
    for (long bits :
        new long[] {0x7f80_0001L, 0x7fff_ffffL, 0xff80_0001L, 0xffff_ffffL, 0x7fc0_0000L}) {
      for (DType to : new DType[] {BF16, F16, F64})
        assertThat(isNaN(to, cast(F32, to, bits))).as("%x as %s", bits, to).isTrue();
    }
    for (long bits : new long[] {0x7ff0_0000_0000_0001L, -1L, 0x7ff8_0000_0000_0000L})
      for (DType to : new DType[] {BF16, F16, F32})
        assertThat(isNaN(to, cast(F64, to, bits))).as("%x as %s", bits, to).isTrue();
  }

  @Property
  void aFloatRoundsToTheNearestValue(@ForAll int bits) {
    if (!Float.isNaN(Float.intBitsToFloat(bits))) {
      assertRounded(F32, BF16, Integer.toUnsignedLong(bits));
      assertRounded(F32, F16, Integer.toUnsignedLong(bits));
      assertThat(cast(F32, F16, Integer.toUnsignedLong(bits)))
          .isEqualTo(Short.toUnsignedLong(Float.floatToFloat16(Float.intBitsToFloat(bits))));
    }
  }

  @Property
  void aDoubleRoundsToTheNearestValueAtOnce(@ForAll long seed) {
    // Exponents around those of the narrow types: most doubles are far outside.
    Random random = new Random(seed);
    double value = Math.scalb(1 + random.nextDouble(), random.nextInt(-160, 140));
    assertRounded(F64, BF16, raw(value));
    assertRounded(F64, F16, raw(Math.scalb(1 + random.nextDouble(), random.nextInt(-30, 18))));
    assertThat(cast(F64, F32, raw(value)))
        .isEqualTo(Integer.toUnsignedLong(Float.floatToRawIntBits((float) value)));
  }

  @Test
  void longRunsAreCastAsSingleElementsAre() {
    int count = 1003;
    Random random = new Random(7);
    for (DType from : new DType[] {F64, F32, F16, BF16})
      for (DType to : new DType[] {F64, F32, F16, BF16}) {
        byte[] input = new byte[count * from.width()];
        random.nextBytes(input);
        byte[] output = new byte[count * to.width()];
        Casts.cast(from, MemorySegment.ofArray(input), to, MemorySegment.ofArray(output), count);
        for (int i = 0; i < count; i++)
          assertThat(get(to, output, i)).isEqualTo(cast(from, to, get(from, input, i)));
      }
  }

  /** Compares with the two neighbours in exact arithmetic. */
  private static void assertRounded(DType from, DType to, long bits) {
    if (isNaN(from, bits)) {
      assertThat(isNaN(to, cast(from, to, bits))).isTrue();
      return;
    }
    double exact = value(from, bits);
    int found = (int) cast(from, to, bits);
    double sign = Math.copySign(1, exact);
    assertThat(Math.copySign(1, value(to, found))).isEqualTo(sign);
    assertThat(found & 0x7fff).isEqualTo(nearest(to, Math.abs(exact)));
  }

  /** The bits of the value nearest to a positive one, found by bisection over all values. */
  private static int nearest(DType to, double exact) {
    int low = 0;
    int high = to == F16 ? 0x7c00 : 0x7f80; // infinity
    if (exact == Double.POSITIVE_INFINITY) return high;
    while (high - low > 1) {
      int middle = (low + high) >>> 1;
      if (value(to, middle) <= exact) low = middle;
      else high = middle;
    }
    BigDecimal below = new BigDecimal(exact).subtract(new BigDecimal(value(to, low)));
    double above = to == F16 && high == 0x7c00 ? 65536 : value(to, high);
    if (above == Double.POSITIVE_INFINITY) above = 0x1p128;
    int order = below.compareTo(new BigDecimal(above).subtract(new BigDecimal(exact)));
    return order < 0 || (order == 0 && low % 2 == 0) ? low : high;
  }

  private static double value(DType dtype, long bits) {
    return switch (dtype) {
      case F64 -> Double.longBitsToDouble(bits);
      case F32 -> Float.intBitsToFloat((int) bits);
      case BF16 -> Float.intBitsToFloat((int) bits << 16);
      default -> Float.float16ToFloat((short) bits);
    };
  }

  private static boolean isNaN(DType dtype, long bits) {
    return Double.isNaN(value(dtype, bits));
  }

  private static void assertSame(DType dtype, int expected, long found) {
    if (isNaN(dtype, expected)) assertThat(isNaN(dtype, found)).isTrue();
    else assertThat(found).isEqualTo(expected);
  }

  private static long raw(double value) {
    return Double.doubleToRawLongBits(value);
  }

  private static long cast(DType from, DType to, long bits) {
    MemorySegment input =
        MemorySegment.ofArray(
            ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(bits).array());
    byte[] output = new byte[8];
    Casts.cast(from, input, to, MemorySegment.ofArray(output), 1);
    return get(to, output, 0);
  }

  private static long get(DType dtype, byte[] bytes, int index) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    return switch (dtype.width()) {
      case 2 -> Short.toUnsignedLong(buffer.getShort(2 * index));
      case 4 -> Integer.toUnsignedLong(buffer.getInt(4 * index));
      default -> buffer.getLong(8 * index);
    };
  }
}
