package org.isomorph.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Against torch: {@code float8.txt} has the values of all codes in each format, then values at and
 * around every tie, and the codes that torch rounds them to. The script that made it is beside the
 * quantised checkpoint of {@code architectures}.
 */
class Float8Test {
  private static final List<String> LINES = lines();

  private static List<String> lines() {
    try (InputStream file = Float8Test.class.getResourceAsStream("/float8.txt")) {
      return new String(file.readAllBytes(), StandardCharsets.US_ASCII).lines().toList();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private interface Decoder {
    float decode(byte code);
  }

  private static void assertDecodes(int line, Decoder decoder) {
    float[] expected = values(line);
    float[] decoded = new float[expected.length];
    for (int code = 0; code < decoded.length; code++) decoded[code] = decoder.decode((byte) code);
    assertThat(decoded).hasSize(256).containsExactly(expected);
  }

  private static float[] values(int line) {
    String[] words = LINES.get(line).split(" ", -1);
    float[] values = new float[words.length];
    for (int i = 0; i < values.length; i++)
      values[i] =
          switch (words[i]) {
            case "nan" -> Float.NaN;
            case "inf" -> Float.POSITIVE_INFINITY;
            case "-inf" -> Float.NEGATIVE_INFINITY;
            default -> (float) Double.parseDouble(words[i]);
          };
    return values;
  }

  @Test
  void everyCodeHasTheValueThatTorchGivesIt() {
    assertDecodes(0, Float8::e4m3);
    assertDecodes(1, Float8::e5m2);
    assertDecodes(2, Float8::e8m0);
  }

  @Test
  void roundsToNearestEvenAsTorchDoes() {
    float[] near = values(3);
    int[] expected =
        Arrays.stream(LINES.get(4).split(" ", -1)).mapToInt(Integer::parseInt).toArray();
    int[] rounded = new int[near.length];
    for (int i = 0; i < near.length; i++) rounded[i] = Float8.toE4m3(near[i]) & 0xff;
    assertThat(rounded).containsExactly(expected);
  }

  @Test
  void whatIsTooLargeBecomesTheLargest() {
    assertThat(Float8.e4m3(Float8.toE4m3(1e9))).isEqualTo(Float8.E4M3_MAX);
    assertThat(Float8.e4m3(Float8.toE4m3(Double.NEGATIVE_INFINITY))).isEqualTo(-Float8.E4M3_MAX);
    assertThat(Float8.e4m3(Float8.toE4m3(Double.NaN))).isNaN();
  }
}
