package org.isomorph.tensorfile;

import java.util.Optional;

/** Names of files within a directory: relative paths with {@code /} that cannot lead out of it. */
public final class FileNames {
  private FileNames() {}

  /**
   * What is wrong with a path to a file below some directory, such as {@code
   * iter_0000001/mp_rank_00/model.pt}, or empty. It is never absolute and never has {@code ..}.
   */
  public static Optional<String> problem(String path) {
    for (String part : path.split("/", -1))
      if (!isPlain(part))
        return Optional.of(
            "expected the name of a file within the directory, relative, with / and without .., found "
                + Names.quoted(path));
    return Optional.empty();
  }

  /** The name of one shard among others: {@code model-00002-of-00004.safetensors}. */
  public static String shard(String stem, int number, int count, String extension) {
    return stem + "-" + padded(number, 5) + "-of-" + padded(count, 5) + "." + extension;
  }

  /**
   * A number, not negative, of so many digits at least: {@code 00002}.
   *
   * <p>Put together by hand: a formatter takes 10 ms when it is new, a twentieth of a conversion's
   * start.
   */
  public static String padded(int number, int digits) {
    String text = Integer.toString(number);
    return "0".repeat(Math.max(0, digits - text.length())) + text;
  }

  /** Whether a name is that of a file beside others: no separators, no drive of Windows. */
  static boolean isPlain(String name) {
    return !name.isEmpty()
        && !name.equals(".")
        && !name.equals("..")
        && name.indexOf(':') != 1
        && Names.textProblem(name).isEmpty()
        && !hasSeparatorOrControl(name);
  }

  private static boolean hasSeparatorOrControl(String name) {
    for (int at = 0; at < name.length(); at++) {
      char unit = name.charAt(at);
      if (unit == '/' || unit == '\\' || Character.isISOControl(unit)) return true;
    }
    return false;
  }
}
