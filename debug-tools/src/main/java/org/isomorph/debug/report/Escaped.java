package org.isomorph.debug.report;

/** Texts that stay texts wherever a page holds them: names of models and tokens may be anything. */
final class Escaped {
  private Escaped() {}

  /** Between tags, or in a quoted attribute. */
  static String html(String text) {
    StringBuilder escaped = new StringBuilder();
    text.codePoints()
        .forEach(point -> {
          switch (point) {
            case '<' -> escaped.append("&lt;");
            case '>' -> escaped.append("&gt;");
            case '&' -> escaped.append("&amp;");
            case '"' -> escaped.append("&quot;");
            case '\'' -> escaped.append("&#39;");
            default -> escaped.appendCodePoint(isShown(point) ? point : 0xFFFD);
          }
        });
    return escaped.toString();
  }

  private static boolean isShown(int point) {
    return !Character.isISOControl(point)
        && Character.getType(point) != Character.SURROGATE
        && Character.getType(point) != Character.FORMAT;
  }

  /**
   * JSON within a script element: nothing in it ends the element or begins a comment, and nothing
   * is lost on the way through UTF-8. What a text holds is the same when it is read.
   */
  static String script(String json) {
    StringBuilder escaped = new StringBuilder(json.length());
    json.codePoints()
        .forEach(point -> {
          boolean plain =
              isShown(point)
                  && point != '<'
                  && point != '>'
                  && point != '&'
                  && point != 0x2028
                  && point != 0x2029;
          if (plain || point == '\n') escaped.appendCodePoint(point);
          else
            for (char half : Character.toChars(point))
              escaped.append(String.format("\\u%04x", (int) half));
        });
    return escaped.toString();
  }
}
