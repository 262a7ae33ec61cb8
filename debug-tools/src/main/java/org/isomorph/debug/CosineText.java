package org.isomorph.debug;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Cosine distances as a table for a terminal. */
final class CosineText {
  private static final int BAR = 16;

  private CosineText() {}

  static String of(CosDistance found) {
    String counted =
        (found.isFirstCounted() ? "first token counted" : "first token apart")
            + (found.isStandardised() ? ", dimensions standardised" : "");
    List<String> lines = new ArrayList<>();
    lines.add("cos distance  in → out  " + found.info() + "  (" + counted + ")");
    TextTable table = new TextTable("lrrrrlrrl");
    table.row("layer", "mean", "median", "p95", "max", "at", "first", "|in|→|out|", "Δ/|in|");
    double greatest =
        found.layers().stream().mapToDouble(layer -> layer.distance().mean()).max().orElse(1);
    for (CosDistance.LayerDistance layer : found.layers())
      table.row(
          layer.name(),
          number(layer.distance().mean()),
          number(layer.distance().median()),
          number(layer.distance().p95()),
          number(layer.worst().distance()),
          "@" + layer.worst().token().index() + " " + TextTable.cell(layer.worst().token().text()),
          number(layer.first().distance()),
          norm(layer.normIn()) + "→" + norm(layer.normOut()),
          number(layer.update())
              + "  "
              + (layer.isNorm()
                  ? "(not a layer)"
                  : TextTable.bar(layer.distance().mean() / greatest, BAR)));
    lines.addAll(table.lines());
    for (String note : found.notes()) lines.add("  note: " + note);
    return String.join("\n", lines);
  }

  /** Three digits that count, also near 0. */
  static String number(double value) {
    if (value == 0) return "0";
    double size = Math.abs(value);
    return String.format(Locale.ROOT, size < 1e-3 ? "%.1e" : size < 100 ? "%.3f" : "%.0f", value);
  }

  private static String norm(double value) {
    return String.format(Locale.ROOT, value < 1000 ? "%.1f" : "%.2e", value);
  }
}
