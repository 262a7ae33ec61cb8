package org.isomorph.debug;

import java.util.ArrayList;
import java.util.List;

/** Columns of text, each as wide as its widest cell; numbers to the right, words to the left. */
final class TextTable {
  private static final int CELL = 24;
  private static final String EIGHTHS = " ▏▎▍▌▋▊▉█";

  private final String alignment;
  private final List<List<String>> rows = new ArrayList<>();

  /**
   * @param alignment a letter a column: {@code l} or {@code r}
   */
  TextTable(String alignment) {
    this.alignment = alignment;
  }

  TextTable row(String... cells) {
    return row(List.of(cells));
  }

  TextTable row(List<String> cells) {
    rows.add(cells);
    return this;
  }

  List<String> lines() {
    int columns = alignment.length();
    int[] widths = new int[columns];
    for (List<String> row : rows)
      for (int at = 0; at < Math.min(columns, row.size()); at++)
        widths[at] = Math.max(widths[at], width(row.get(at)));
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder(" ");
      for (int at = 0; at < Math.min(columns, row.size()); at++) {
        String blanks = " ".repeat(widths[at] - width(row.get(at)));
        line.append(' ');
        if (alignment.charAt(at) == 'r') line.append(blanks).append(row.get(at));
        else line.append(row.get(at)).append(blanks);
      }
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }

  /** A bar of up to {@code cells} cells, in steps of an eighth. */
  static String bar(double part, int cells) {
    if (!(part > 0)) return "";
    int eighths = (int) Math.round(Math.min(part, 1) * cells * 8);
    String rest = eighths % 8 == 0 ? "" : EIGHTHS.substring(eighths % 8, eighths % 8 + 1);
    return "█".repeat(eighths / 8) + rest;
  }

  /** A text in quotes that takes no more than a cell. */
  static String cell(String text) {
    String quoted = Token.quoted(text);
    if (width(quoted) <= CELL) return quoted;
    StringBuilder start = new StringBuilder();
    int[] points = quoted.codePoints().toArray();
    for (int point : points) {
      if (width(start.toString()) + width(Character.toString(point)) > CELL - 2) break;
      start.appendCodePoint(point);
    }
    return start + "…'";
  }

  /** Columns of a terminal: ideographs, syllables of Korean and pictures take two. */
  static int width(String text) {
    return text.codePoints().map(TextTable::width).sum();
  }

  private static int width(int point) {
    if (Character.getType(point) == Character.NON_SPACING_MARK) return 0;
    boolean wide =
        Character.isIdeographic(point)
            || Character.isEmojiPresentation(point)
            || within(point, 0x1100, 0x115F)
            || within(point, 0x3000, 0x30FF)
            || within(point, 0xAC00, 0xD7A3)
            || within(point, 0xFF01, 0xFF60);
    return wide ? 2 : 1;
  }

  private static boolean within(int point, int first, int last) {
    return first <= point && point <= last;
  }
}
