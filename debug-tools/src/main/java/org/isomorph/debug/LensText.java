package org.isomorph.debug;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** A lens as tables for a terminal. */
final class LensText {
  private static final int SHOWN = 5;

  private LensText() {}

  static String of(Lens lens) {
    List<String> lines = new ArrayList<>();
    lines.add("logit lens  " + lens.info() + "  head " + lens.head());
    int tokens = lens.layers().isEmpty() ? 0 : lens.layers().getFirst().cells().size();
    if (tokens > 1) means(lens, tokens, lines);
    if (tokens > 0) token(lens, lens.layers().getFirst().cells().getLast().token(), lines);
    for (String note : lens.notes()) lines.add("  note: " + note);
    return String.join("\n", lines);
  }

  private static void means(Lens lens, int tokens, List<String> lines) {
    lines.add("  over %d tokens".formatted(tokens));
    TextTable table = new TextTable("lrrrrl");
    table.row("after", "= final", "H bits", "KL nats", "= input", "");
    for (Lens.State state : lens.layers())
      table.row(
          state.name(),
          format("%.3f", state.agreement()),
          format("%.2f", state.entropy()),
          format("%.2f", state.divergence()),
          format("%.3f", state.echo()),
          TextTable.bar(state.agreement(), 12));
    lines.addAll(table.lines());
  }

  private static void token(Lens lens, Token token, List<String> lines) {
    lines.add("  at " + token);
    Optional<String> settled = lens.settles(token.index());
    TextTable table = new TextTable("lrlrrrll");
    table.row("after", "p", "likeliest", "rank", "H bits", "KL nats", "then", "");
    for (Lens.State state : lens.layers()) {
      Lens.Cell cell = state.at(token.index());
      String mark =
          settled.filter(state.name()::equals).isPresent()
              ? "◀ settles"
              : cell.isEcho() ? "= input" : "";
      table.row(
          state.name(),
          format("%.3f", cell.best().probability()),
          TextTable.cell(cell.best().text()) + logit(cell),
          Long.toString(cell.finalRank()),
          format("%.2f", cell.entropy()),
          format("%.2f", cell.divergence()),
          rest(cell),
          mark);
    }
    lines.addAll(table.lines());
  }

  /** Of one number there is no distribution. */
  private static String logit(Lens.Cell cell) {
    return cell.top().size() == 1 && cell.best().probability() == 1
        ? format(" %.4f", cell.best().logit())
        : "";
  }

  private static String rest(Lens.Cell cell) {
    String shown =
        cell.top().stream()
            .skip(1)
            .limit(SHOWN - 1)
            .map(each -> TextTable.cell(each.text()) + format(" %.2f", each.probability()))
            .collect(Collectors.joining(", "));
    return cell.top().size() > SHOWN ? shown + ", …" : shown;
  }

  private static String format(String form, double value) {
    return String.format(Locale.ROOT, form, value);
  }
}
