package org.isomorph.convert;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
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
        plan.source().directory().toString(),
        " (",
        plan.source().dialect().name(),
        ") to ",
        plan.target().name(),
        ": ",
        plan.outcome() == Outcome.EXACT
            ? "exact, the bytes come back"
            : "the same function, rounded");
    details();
  }

  private void details() {
    for (Step step : plan.steps())
      line("  step      ", step.sentence(), step.outcome() == Outcome.ROUNDED ? " (rounded)" : "");
    plan.made()
        .forEach((how, tensors) -> line("  read      ", how, " (rounded): ", tensors(tensors)));
    plan.casts()
        .forEach((cast, tensors) ->
            line(
                "  cast      ",
                cast,
                DTypes.isExact(cast) ? ", exactly: " : ", to nearest even: ",
                tensors(tensors)));
    evidence();
    Map<String, List<String>> byReason = new LinkedHashMap<>();
    plan.left()
        .forEach((tensor, reason) ->
            byReason.computeIfAbsent(reason, _ -> new ArrayList<>()).add(tensor));
    byReason.forEach((reason, tensors) -> line("  left      ", some(tensors), ": ", reason));
    for (Difference lost : plan.lost())
      line(
          "  unsaid    ",
          lost.sentence(),
          " (",
          plan.target().name(),
          " has no key for it, and no computation needs it)");
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
            "  evidence  ",
            answer,
            group.size() == 1 ? "" : ", " + group.size() + " times",
            " (",
            Figures.grouped(group.stream().mapToLong(Evidence::bytes).sum()),
            " bytes read)"));
  }

  private static String tensors(long count) {
    return Figures.grouped(count) + " tensors";
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
    line("  tensors   ", Figures.grouped(plan.tensors().size()));
    byRow.forEach((row, entries) ->
        line(
            "    ",
            row.name().toString(),
            entries.size() == 1 ? " " : " x" + entries.size() + " ",
            entries.getFirst().shape().toString(),
            " = ",
            row.layout().toString()));
  }

  private void files() {
    long bytes = plan.blueprint().bytes();
    line(
        "  files     ",
        Figures.grouped(plan.written().files().size()),
        ", together ",
        Figures.bytes(bytes));
    for (WrittenTensors.File file : plan.written().files())
      line(
          "    ",
          file.name(),
          " ",
          Figures.bytes(file.size()),
          ", ",
          tensors(file.entries().size()));
    List<String> carried =
        plan.blueprint().carried().stream().map(Blueprint.Carried::name).toList();
    line(
        "  beside    ",
        String.join(", ", new TreeSet<>(plan.written().texts().keySet())),
        carried.isEmpty() ? "" : ", carried along: " + String.join(", ", carried));
  }

  private void line(String... parts) {
    lines.add(String.join("", parts));
  }
}
