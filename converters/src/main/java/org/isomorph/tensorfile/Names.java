package org.isomorph.tensorfile;

import java.util.Collection;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Tensor names: which are legal, how messages show them, and which one was probably meant. */
final class Names {
  /** The key of a header that holds text about the file instead of a tensor. */
  static final String METADATA = "__metadata__";

  private static final int SHOWN = 160;

  // A name is worth suggesting if at most this share of it differs; longer names are not compared,
  // because the work grows with the square of the length and names come from the file.
  private static final int DIFFERENT_SHARE = 4;
  private static final int LONGEST_COMPARED = 256;

  private Names() {}

  /** What is wrong with {@code name} as the name of a tensor, or empty. */
  static Optional<String> problem(String name) {
    if (name.isEmpty()) return Optional.of("a tensor's name must not be empty");
    if (name.equals(METADATA))
      return Optional.of(METADATA + " is reserved for the file's metadata: rename the tensor");
    return textProblem(name).map("a tensor's name "::concat);
  }

  /** What makes {@code text} unfit for a header, or empty. */
  static Optional<String> textProblem(String text) {
    if (text.indexOf('\0') >= 0)
      return Optional.of("must not hold the character NUL, at which C programs would cut it");
    if (hasHalfAPair(text))
      return Optional.of("must not hold half of a surrogate pair, which UTF-8 cannot express");
    return Optional.empty();
  }

  private static boolean hasHalfAPair(String text) {
    for (int at = 0; at < text.length(); at++)
      if (Character.isSurrogate(text.charAt(at))) {
        // A pair is one code point above the surrogates, so only halves are left among them.
        if (!Character.isSupplementaryCodePoint(text.codePointAt(at))) return true;
        at++;
      }
    return false;
  }

  /** {@code name} in quotes, shortened, and with nothing in it that would move a cursor. */
  static String quoted(String name) {
    StringBuilder shown = new StringBuilder("\"");
    int at = 0;
    for (int points = 0; points < SHOWN && at < name.length(); points++) {
      int point = name.codePointAt(at);
      if (Character.isISOControl(point) || Character.getType(point) == Character.FORMAT)
        shown.append(String.format("\\u%04x", point));
      else shown.appendCodePoint(point);
      at += Character.charCount(point);
    }
    if (name.codePointCount(0, name.length()) > SHOWN)
      shown.append("... (").append(name.length()).append(" characters)");
    return shown.append('"').toString();
  }

  /** A question to end an error with, {@code "; did you mean ...?"}, or the empty string. */
  static String suggestion(String name, Collection<String> known) {
    String nearest = nearest(name, known);
    return nearest == null ? "" : "; did you mean " + quoted(nearest) + "?";
  }

  private static @Nullable String nearest(String name, Collection<String> known) {
    if (name.length() > LONGEST_COMPARED) return null;
    String best = null;
    int bound = name.length() / DIFFERENT_SHARE + 2;
    for (String candidate : known) {
      if (Math.abs(candidate.length() - name.length()) >= bound) continue;
      int distance = distance(name, candidate, bound);
      if (distance >= bound) continue;
      best = candidate;
      bound = distance;
    }
    return best;
  }

  /** The edit distance, or {@code bound} if it is not less than that. */
  private static int distance(String a, String b, int bound) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j < row.length; j++) row[j] = j;
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      int least = i;
      for (int j = 1; j < row.length; j++) {
        int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
        least = Math.min(least, row[j]);
      }
      if (least >= bound) return bound;
    }
    return Math.min(row[b.length()], bound);
  }
}
