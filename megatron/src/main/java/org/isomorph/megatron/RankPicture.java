package org.isomorph.megatron;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Ranks drawn as a table: a column a stage, a row for those that share a stage, and in each field
 * what the rank holds.
 */
final class RankPicture {
  private static final int MOST_ROWS = 16;
  private static final int FIELD_WIDTH = 210;
  private static final int LINE_HEIGHT = 18;
  private static final int LEFT = 150;

  private RankPicture() {}

  /** A row of ranks that share stages, and their fields by stage. */
  private record Row(String name, List<List<String>> fields) {}

  private static List<Row> rows(ParallelView view) {
    Pipeline pipeline = view.layout().pipeline();
    Map<String, List<List<String>>> rows = new LinkedHashMap<>();
    for (ParallelView.Held held : view.held()) {
      Rank rank = held.rank();
      String name =
          "tp "
              + rank.tensor()
              + (view.layout().expert() > 1 ? ", ep " + rank.expert() : "")
              + (view.layout().expertTensor() != view.layout().tensor()
                  ? ", etp " + rank.expertTensor()
                  : "");
      List<String> field = new ArrayList<>(List.of(held.directory()));
      for (int pass = 0; pass < pipeline.virtual(); pass++)
        field.add(pipeline.chunk(rank.pipeline(), pass).toString());
      field.add(String.format(Locale.ROOT, "%,d numbers", held.elements()));
      rows.computeIfAbsent(name, _ -> new ArrayList<>()).add(field);
    }
    return rows.entrySet().stream().map(row -> new Row(row.getKey(), row.getValue())).toList();
  }

  static List<String> lines(ParallelView view) {
    List<Row> rows = rows(view);
    int stages = view.layout().pipeline().stages();
    int label = rows.stream().mapToInt(row -> row.name().length()).max().orElse(0);
    int[] widths = new int[stages];
    for (Row row : rows)
      for (int stage = 0; stage < stages; stage++)
        for (String line : row.fields().get(stage))
          widths[stage] = Math.max(widths[stage], line.length());
    List<String> lines = new ArrayList<>();
    StringBuilder head = new StringBuilder(" ".repeat(label));
    for (int stage = 0; stage < stages; stage++)
      head.append("   ").append(padded("pp " + stage, widths[stage] + 1));
    lines.add(head.toString().stripTrailing());
    String rule = rule(label, widths);
    lines.add(rule);
    for (Row row : rows.subList(0, Math.min(MOST_ROWS, rows.size()))) {
      for (int i = 0; i < row.fields().getFirst().size(); i++) {
        StringBuilder line = new StringBuilder(padded(i == 0 ? row.name() : "", label)).append(' ');
        for (int stage = 0; stage < stages; stage++)
          line.append("| ")
              .append(padded(row.fields().get(stage).get(i), widths[stage]))
              .append(' ');
        lines.add(line.append('|').toString());
      }
      lines.add(rule);
    }
    if (rows.size() > MOST_ROWS)
      lines.add("and %d rows more, alike".formatted(rows.size() - MOST_ROWS));
    return lines;
  }

  private static String rule(int label, int[] widths) {
    StringBuilder rule = new StringBuilder(" ".repeat(label + 1));
    for (int width : widths) rule.append('+').append("-".repeat(width + 2));
    return rule.append('+').toString();
  }

  private static String padded(String text, int width) {
    return text + " ".repeat(Math.max(0, width - text.length()));
  }

  static String svg(ParallelView view) {
    List<Row> rows = rows(view);
    int stages = view.layout().pipeline().stages();
    int fieldHeight = (view.layout().pipeline().virtual() + 2) * LINE_HEIGHT + 16;
    int width = LEFT + stages * (FIELD_WIDTH + 12) + 12;
    int height = 50 + rows.size() * (fieldHeight + 12);
    StringBuilder svg = new StringBuilder();
    svg.append(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"system-ui, sans-serif\" font-size=\"13\">\n"
            .formatted(width, height));
    svg.append(
        "<style>text{fill:#1f2937}.field{fill:#eff6ff;stroke:#2563eb}.name{font-weight:600}@media(prefers-color-scheme:dark){text{fill:#e5e7eb}.field{fill:#1e293b;stroke:#60a5fa}}</style>\n");
    for (int stage = 0; stage < stages; stage++)
      text(svg, LEFT + stage * (FIELD_WIDTH + 12), 28, "name", "pipeline stage " + stage);
    for (int i = 0; i < rows.size(); i++) {
      int top = 42 + i * (fieldHeight + 12);
      text(svg, 12, top + fieldHeight / 2, "name", rows.get(i).name());
      for (int stage = 0; stage < stages; stage++) {
        int left = LEFT + stage * (FIELD_WIDTH + 12);
        svg.append(
            "<rect class=\"field\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"6\"/>\n"
                .formatted(left, top, FIELD_WIDTH, fieldHeight));
        List<String> field = rows.get(i).fields().get(stage);
        for (int line = 0; line < field.size(); line++)
          text(
              svg,
              left + 10,
              top + 20 + line * LINE_HEIGHT,
              line == 0 ? "name" : "line",
              field.get(line));
      }
    }
    return svg.append("</svg>\n").toString();
  }

  private static void text(StringBuilder svg, int x, int y, String kind, String text) {
    svg.append("<text class=\"%s\" x=\"%d\" y=\"%d\">%s</text>\n".formatted(kind, x, y, text));
  }
}
