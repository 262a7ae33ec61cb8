package org.isomorph.debug;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Attention as tables for a terminal. */
final class AttentionText {
  private static final int BAR = 16;
  private static final int FITS = 16;
  private static final int STRONGEST = 4;

  private AttentionText() {}

  static String of(AttentionReadout found) {
    List<String> lines = new ArrayList<>();
    lines.add("attention  " + found.mixer() + "  " + found.kind() + "  " + found.info());
    lines.add("  query " + found.query() + " → key " + found.key());
    found.hidden().ifPresent(why -> lines.add("  0 by construction: " + why));
    TextTable table = new TextTable("rrrlrrrr");
    table.row("head", "kv", "weight", "", "row sum", "sink", "→first", "|w·v·O|");
    found.heads().stream()
        .sorted(
            Comparator.comparingDouble((AttentionReadout.HeadWeight head) -> -head.weight())
                .thenComparingInt(AttentionReadout.HeadWeight::head))
        .forEach(head ->
            table.row(
                Integer.toString(head.head()),
                Long.toString(head.group()),
                weight(head.weight()),
                TextTable.bar(head.weight(), BAR),
                weight(head.rowSum()),
                weight(head.sinkMass()),
                weight(head.toFirst()),
                CosineText.number(head.contribution())));
    lines.addAll(table.lines());
    lines.add("  mean of the heads  " + weight(found.mean()));
    lines.add(
        "  all heads add |w·v·O| %s, of %s that attention adds to the query%s"
            .formatted(
                CosineText.number(found.contribution()),
                CosineText.number(found.added()),
                found.isBeforeNorm() ? ", before the norm that follows" : ""));
    found
        .reverse()
        .ifPresent(mean ->
            lines.add(
                "  reverse, query %s → key %s  %s%s"
                    .formatted(
                        found.key(),
                        found.query(),
                        weight(mean),
                        found.reverseHidden().map(why -> " by construction: " + why).orElse(""))));
    lines.add(disturbance(found.disturbance()));
    return String.join("\n", lines);
  }

  static String of(AttentionMap map) {
    List<String> lines = new ArrayList<>();
    lines.add("attention  " + map.mixer() + "  " + map.kind() + "  " + map.info());
    lines.add(
        "  mean of %d heads%s; a line a query"
            .formatted(
                map.heads(), map.groups() < map.heads() ? " in " + map.groups() + " groups" : ""));
    if (map.keys().size() <= FITS) matrix(map, lines);
    else strongest(map, lines);
    lines.add(disturbance(map.disturbance()));
    return String.join("\n", lines);
  }

  private static void matrix(AttentionMap map, List<String> lines) {
    TextTable table = new TextTable("rl" + "r".repeat(map.keys().size()));
    List<String> head = new ArrayList<>(List.of("", ""));
    for (Token key : map.keys().tokens()) head.add("@" + key.index());
    table.row(head);
    for (Token query : map.queries().tokens()) {
      if (query.isPadding()) continue;
      List<String> cells =
          new ArrayList<>(List.of("@" + query.index(), TextTable.cell(query.text())));
      for (Token key : map.keys().tokens())
        cells.add(
            map.isVisible(query.index(), key.index())
                ? String.format(Locale.ROOT, "%.2f", map.mean(query.index(), key.index()))
                : "·");
      table.row(cells);
    }
    lines.addAll(table.lines());
  }

  private static void strongest(AttentionMap map, List<String> lines) {
    TextTable table = new TextTable("rll");
    for (Token query : map.queries().tokens()) {
      if (query.isPadding()) continue;
      String keys =
          map.strongest(query.index(), STRONGEST).stream()
              .map(key ->
                  "%s @%d %s"
                      .formatted(
                          weight(map.mean(query.index(), key.index())),
                          key.index(),
                          TextTable.cell(key.text())))
              .collect(Collectors.joining(", "));
      table.row("@" + query.index(), TextTable.cell(query.text()), keys);
    }
    lines.addAll(table.lines());
  }

  private static String weight(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }

  private static String disturbance(double part) {
    return "  looking changed the outputs by %s of the greatest".formatted(CosineText.number(part));
  }
}
