package org.isomorph.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** What a person wants to know of a native exception, in a line instead of a stack trace. */
final class NativeErrors {
  private static final Pattern ERROR_NAME = Pattern.compile("^[A-Za-z_.]*(Error|Exception): ");
  private static final Pattern NATIVE_FRAME = Pattern.compile("^(Exception raised from|frame #).*");
  private static final String HERE = "<--- HERE";

  private NativeErrors() {}

  /**
   * The failure of an action, told in a line: {@code forward: shapes do not match (at "y = f(x)")}.
   */
  static RunException of(String action, RuntimeException failed) {
    return new RunException(action + ": " + line(rootMessage(failed)), failed);
  }

  /** The message of the innermost cause that has one. */
  static String rootMessage(Throwable failed) {
    String message = failed.toString();
    for (Throwable each = failed; each != null; each = each.getCause())
      if (each.getMessage() != null) message = each.getMessage();
    return message;
  }

  /**
   * The useful line of libtorch's message. A failure in a script is a trace with the text of the
   * script, whose failing line is underlined and marked, and then the reason; other failures begin
   * with the reason, and native frames may follow.
   */
  static String line(String message) {
    List<String> lines = new ArrayList<>();
    for (String line : message.lines().toList()) {
      if (NATIVE_FRAME.matcher(line).matches()) break;
      if (!line.isBlank()) lines.add(line);
    }
    if (lines.isEmpty()) return message.strip();
    String reason = lines.getFirst();
    if (reason.startsWith("The following operation failed") || reason.startsWith("Traceback"))
      reason = lines.getLast();
    reason = ERROR_NAME.matcher(reason.strip()).replaceFirst("");
    String place = "";
    for (int i = 1; i < lines.size(); i++)
      if (lines.get(i).contains(HERE)) place = " (at \"" + lines.get(i - 1).strip() + "\")";
    return reason + place;
  }
}
