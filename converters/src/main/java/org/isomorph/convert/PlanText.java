package org.isomorph.convert;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.isomorph.dialect.Row;
import org.isomorph.dialect.Table;
import org.isomorph.sharding.WrittenTensors;
import org.isomorph.spec.Difference;

/** A plan in words: what happens to every tensor, on what evidence, and what stays behind. */
public final class PlanText {
  private final List<String> lines = new ArrayList<>();
  private final Plan plan;

  private PlanText(Plan plan) {
    this.plan = plan;
  }

  /** The plan as lines for a person. */
  public static List<String> of(Plan plan) {
    PlanText text = new PlanText(plan);
    text.head();
    text.rows();
    text.files();
    return List.copyOf(text.lines);
  }

  /** What a conversion did besides moving bytes: steps, casts, evidence, what was left and lost. */
  public static List<String> notes(Plan plan) {
    PlanText text = new PlanText(plan);
    text.details();
    return List.copyOf(text.lines);
  }

  private void head() {
    line(
        "%s (%s) to %s: %s",
        plan.source().directory(),
        plan.source().dialect().name(),
        plan.target().name(),
        plan.outcome() == Outcome.EXACT
            ? "exact, the bytes come back"
            : "the same function, rounded");
    details();
  }

  private void details() {
    for (Step step : plan.steps())
      line(
          "  step      %s%s",
          step.sentence(), step.outcome() == Outcome.ROUNDED ? " (rounded)" : "");
    plan.made()
        .forEach((how, tensors) -> line("  read      %s (rounded): %,d tensors", how, tensors));
    plan.casts()
        .forEach((cast, tensors) ->
            line(
                "  cast      %s, %s: %,d tensors",
                cast, DTypes.isExact(cast) ? "exactly" : "to nearest even", tensors));
    evidence();
    Map<String, List<String>> byReason = new LinkedHashMap<>();
    plan.left()
        .forEach((tensor, reason) ->
            byReason.computeIfAbsent(reason, _ -> new ArrayList<>()).add(tensor));
    byReason.forEach((reason, tensors) -> line("  left      %s: %s", some(tensors), reason));
    for (Difference lost : plan.lost())
      line(
          "  unsaid    %s (%s has no key for it, and no computation needs it)",
          lost.sentence(), plan.target().name());
  }

  /** Questions that differ only in their numbers are one line: the same is asked of every layer. */
  private void evidence() {
    Map<String, List<Evidence>> alike = new LinkedHashMap<>();
    for (Evidence evidence : plan.evidence())
      alike
          .computeIfAbsent(
              evidence.question().replaceAll("\\.\\d+\\.", ".*.")
                  + ": "
                  + (evidence.holds() ? "yes" : "no"),
              _ -> new ArrayList<>())
          .add(evidence);
    alike.forEach((answer, group) ->
        line(
            "  evidence  %s%s (%,d bytes read)",
            answer,
            group.size() == 1 ? "" : ", " + group.size() + " times",
            group.stream().mapToLong(Evidence::bytes).sum()));
  }

  private static String some(List<String> names) {
    return names.size() <= 3
        ? String.join(", ", names)
        : String.join(", ", names.subList(0, 2)) + " and " + (names.size() - 2) + " more";
  }

  private void rows() {
    Map<Row.Stored, List<Table.Entry>> byRow = new LinkedHashMap<>();
    for (Table.Entry entry : plan.tensors())
      byRow.computeIfAbsent(entry.row(), _ -> new ArrayList<>()).add(entry);
    line("  tensors   %,d", plan.tensors().size());
    byRow.forEach((row, entries) ->
        line(
            "    %s%s %s = %s",
            row.name(),
            entries.size() == 1 ? "" : " x" + entries.size(),
            entries.getFirst().shape(),
            row.layout()));
  }

  private void files() {
    long bytes = plan.blueprint().bytes();
    line("  files     %,d, together %s", plan.written().files().size(), size(bytes));
    for (WrittenTensors.File file : plan.written().files())
      line("    %s %s, %,d tensors", file.name(), size(file.size()), file.entries().size());
    List<String> carried =
        plan.blueprint().carried().stream().map(Blueprint.Carried::name).toList();
    line(
        "  beside    %s%s",
        String.join(", ", new TreeSet<>(plan.written().texts().keySet())),
        carried.isEmpty() ? "" : ", carried along: " + String.join(", ", carried));
  }

  /** Bytes in the unit that a person would choose. */
  public static String size(long bytes) {
    if (bytes < 1_000_000) return String.format(Locale.ROOT, "%,d bytes", bytes);
    return bytes < 1_000_000_000
        ? String.format(Locale.ROOT, "%.1f MB", bytes / 1e6)
        : String.format(Locale.ROOT, "%.2f GB", bytes / 1e9);
  }

  @SuppressWarnings("AnnotateFormatMethod") // all formats stand in this class
  private void line(String format, Object... values) {
    lines.add(String.format(Locale.ROOT, format, values));
  }
}
