package org.isomorph.convert;

/**
 * Numbers as a person reads them, in any locale alike.
 *
 * <p>Put together by hand: a {@link java.util.Formatter} takes 10 ms when it is new, which a small
 * conversion would spend on its last line.
 */
public final class Figures {
  private Figures() {}

  /** A whole number with its thousands apart: {@code 32,768}. */
  public static String grouped(long number) {
    StringBuilder digits = new StringBuilder(Long.toString(number));
    int first = number < 0 ? 1 : 0;
    for (int at = digits.length() - 3; at > first; at -= 3) digits.insert(at, ',');
    return digits.toString();
  }

  /** A number with so many decimals, at least one, rounded half up: {@code 0.09}. */
  public static String fixed(double number, int decimals) {
    String digits = Long.toString(Math.round(Math.abs(number) * Math.pow(10, decimals)));
    digits = "0".repeat(Math.max(0, decimals + 1 - digits.length())) + digits;
    int point = digits.length() - decimals;
    return (number < 0 ? "-" : "") + digits.substring(0, point) + "." + digits.substring(point);
  }

  /** Bytes in the unit that a person would choose: {@code 1.68 GB}. */
  public static String bytes(long bytes) {
    if (bytes < 1_000_000) return grouped(bytes) + " bytes";
    return bytes < 1_000_000_000 ? fixed(bytes / 1e6, 1) + " MB" : fixed(bytes / 1e9, 2) + " GB";
  }
}
