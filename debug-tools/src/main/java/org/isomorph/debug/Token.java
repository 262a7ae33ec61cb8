package org.isomorph.debug;

/**
 * One place of a sequence.
 *
 * @param index of the place, from 0, padding counted
 * @param id of the token; -1 where the sequence is no tokens, but patches of an image
 * @param text what stands there, as far as it is known
 * @param isPadding whether the mask hides it
 */
public record Token(int index, long id, String text, boolean isPadding) {
  /** The text in quotes, on one line: {@code ' it'}, {@code '\n'}. */
  public String quoted() {
    return quoted(text);
  }

  /** A text in quotes, on one line. */
  static String quoted(String text) {
    StringBuilder line = new StringBuilder("'");
    text.codePoints()
        .forEach(point -> {
          switch (point) {
            case '\n' -> line.append("\\n");
            case '\r' -> line.append("\\r");
            case '\t' -> line.append("\\t");
            default -> {
              // What a terminal would obey, or could not show, is spelled out.
              if (Character.isISOControl(point) || Character.getType(point) == Character.FORMAT)
                line.append("\\u{").append(Integer.toHexString(point)).append('}');
              else line.appendCodePoint(point);
            }
          }
        });
    return line.append('\'').toString();
  }

  @Override
  public String toString() {
    return "@" + index + " " + quoted();
  }
}
