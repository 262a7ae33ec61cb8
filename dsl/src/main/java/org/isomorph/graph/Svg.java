package org.isomorph.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** SVG on its way: shapes and texts in the order in which they are drawn. */
final class Svg {
  /** Colours by what a thing is; readers who prefer a dark page get one. */
  private static final String STYLE =
      """
      text { font: 13px system-ui, sans-serif; fill: #1f2328 }
      .ops, .shape { font: 11px ui-monospace, Menlo, Consolas, monospace; fill: #57606a }
      .tower { font-size: 16px; font-weight: 600 }
      .name { font-weight: 600 }
      .page { fill: #ffffff }
      .group { fill: #f6f8fa; stroke: #d0d7de }
      .box { fill: #ffffff; stroke: #8c959f }
      .mixer { fill: #ddf4ff; stroke: #54aeff }
      .norm { fill: #fff8c5; stroke: #d4a72c }
      .head { fill: #dafbe1; stroke: #4ac26b }
      .shared { fill: #fbefff; stroke: #c297ff }
      .line { fill: none; stroke: #57606a; stroke-width: 1.4 }
      .aside { stroke: #a475f9; stroke-dasharray: 4 3 }
      .tip { fill: #57606a }
      .badge { fill: #1f2328 }
      .count { fill: #ffffff; font-weight: 600 }
      @media (prefers-color-scheme: dark) {
        text { fill: #e6edf3 }
        .ops, .shape { fill: #9198a1 }
        .page { fill: #0d1117 }
        .group { fill: #151b23; stroke: #3d444d }
        .box { fill: #0d1117; stroke: #656c76 }
        .mixer { fill: #0c2d6b; stroke: #388bfd }
        .norm { fill: #3b2300; stroke: #9e6a03 }
        .head { fill: #033a16; stroke: #2ea043 }
        .shared { fill: #3c1e70; stroke: #8957e5 }
        .line { stroke: #9198a1 }
        .aside { stroke: #a475f9 }
        .tip { fill: #9198a1 }
        .badge { fill: #e6edf3 }
        .count { fill: #0d1117 }
      }
      """;

  private static final int LINE = 15;

  private final StringBuilder body = new StringBuilder();

  private void element(String markup) {
    body.append(markup).append('\n');
  }

  /** A rectangle; what {@code about} says is shown when a pointer rests on it. */
  void box(String kind, int x, int y, int width, int height, String about) {
    element(
        "<rect class=\"box %s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"6\">%s</rect>"
            .formatted(
                kind,
                x,
                y,
                width,
                height,
                about.isEmpty() ? "" : "<title>" + escaped(about) + "</title>"));
  }

  /** A frame around what is drawn over it. */
  void group(int x, int y, int width, int height) {
    element(
        "<rect class=\"group\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"10\"/>"
            .formatted(x, y, width, height));
  }

  void text(String kind, int x, int y, String text) {
    element("<text class=\"%s\" x=\"%d\" y=\"%d\">%s</text>".formatted(kind, x, y, escaped(text)));
  }

  /** Text that ends or is centred at x: {@code end} or {@code middle}. */
  void text(String kind, String anchor, int x, int y, String text) {
    element(
        "<text class=\"%s\" text-anchor=\"%s\" x=\"%d\" y=\"%d\">%s</text>"
            .formatted(kind, anchor, x, y, escaped(text)));
  }

  /** Lines, one below the other. */
  void lines(String kind, int x, int y, List<String> lines) {
    for (int line = 0; line < lines.size(); line++) text(kind, x, y + LINE * line, lines.get(line));
  }

  /** How often something is repeated, right of x. */
  void badge(int right, int y, String count) {
    int width = 14 + 8 * count.length();
    element(
        "<rect class=\"badge\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"20\" rx=\"10\"/>"
            .formatted(right - width, y, width));
    text("count", "middle", right - width / 2, y + 15, count);
  }

  /** A polyline through these points, {@code x1, y1, x2, y2, ...}, with a tip at its end. */
  void arrow(boolean aside, int... points) {
    StringBuilder path = new StringBuilder();
    for (int at = 0; at < points.length; at += 2)
      path.append(at == 0 ? "M" : " L").append(points[at]).append(' ').append(points[at + 1]);
    element(
        "<path class=\"line%s\" d=\"%s\" marker-end=\"url(#tip)\"/>"
            .formatted(aside ? " aside" : "", path));
  }

  /** The document, so wide and so high. */
  String document(int width, int height, String title) {
    return String.format(
            Locale.ROOT,
            """
            <svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d">
            <title>%s</title>
            <style>
            %s</style>
            <defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">\
            <path class="tip" d="M0 0 L8 4 L0 8 z"/></marker></defs>
            <rect class="page" width="100%%" height="100%%"/>
            """,
            width,
            height,
            width,
            height,
            escaped(title),
            STYLE)
        + body
        + "</svg>\n";
  }

  /** Words in lines of about so many characters; long words are parted at their blanks. */
  static List<String> wrapped(List<String> words, int characters) {
    List<String> lines = new ArrayList<>();
    for (String word : words) {
      boolean begins = true;
      for (String piece : word.length() > characters ? word.split(" ") : new String[] {word}) {
        String last = lines.isEmpty() ? "" : lines.getLast();
        String between = begins ? " · " : " ";
        if (lines.isEmpty() || last.length() + between.length() + piece.length() > characters)
          lines.add(begins ? piece : "  " + piece);
        else lines.set(lines.size() - 1, last + between + piece);
        begins = false;
      }
    }
    return lines;
  }

  static int height(int lines) {
    return LINE * lines;
  }

  private static String escaped(String text) {
    return text.codePoints()
        .mapToObj(c ->
            switch (c) {
              case '<' -> "&lt;";
              case '>' -> "&gt;";
              case '&' -> "&amp;";
              case '"' -> "&quot;";
              default -> isSayable(c) ? Character.toString(c) : "\uFFFD";
            })
        .collect(Collectors.joining());
  }

  /** Whether XML can say it at all; a model's name may hold anything. */
  private static boolean isSayable(int c) {
    boolean surrogate = c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
    return c == '\n' || (c >= ' ' && c != 0xFFFE && c != 0xFFFF && !surrogate);
  }
}
