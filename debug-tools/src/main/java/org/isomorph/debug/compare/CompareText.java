package org.isomorph.debug.compare;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.isomorph.proof.Deviation;
import org.isomorph.proof.Explanation;
import org.isomorph.proof.OutputDeviation;
import org.isomorph.proof.Report;
import org.isomorph.proof.Report.Look;
import org.isomorph.proof.Report.Place;
import org.isomorph.proof.Report.Step;
import org.isomorph.proof.ReportText;
import org.isomorph.spec.Difference;

/**
 * A comparison for a terminal: the verdict, a row a layer, a look into what is at fault, a guess.
 */
public final class CompareText {
  private static final int WIDTH = 100;
  private static final int BAR = 8;
  private static final int FEW = 6;

  private CompareText() {}

  /** All lines. */
  public static List<String> of(Report report) {
    List<String> lines = new ArrayList<>();
    lines.add(verdict(report));
    if (report.outcome() == Report.Outcome.NOT_COMPARABLE) {
      described(report, lines);
      return lines;
    }
    table(report, lines);
    if (!report.unseen().isEmpty())
      lines.add(
          " not recorded, and not compared: "
              + report.unseen().stream().limit(FEW).collect(Collectors.joining(", "))
              + (report.unseen().size() > FEW
                  ? " and " + (report.unseen().size() - FEW) + " more"
                  : ""));
    // Where all is at fault, what comes later says nothing more.
    boolean global = report.outcome() == Report.Outcome.EVERYWHERE;
    report.looks().stream().limit(global ? 1 : FEW).forEach(look -> inside(look, lines));
    if (!report.outputs().isEmpty() && report.outcome() != Report.Outcome.SAME)
      lines.add(
          " in the end: "
              + report.outputs().stream()
                  .map(OutputDeviation::toString)
                  .collect(Collectors.joining("; ")));
    Map<String, Explanation> guesses = new LinkedHashMap<>();
    report.explanations().forEach(each -> guesses.putIfAbsent(each.mistake(), each));
    guesses.values().stream().limit(FEW).map(CompareText::guess).forEach(lines::add);
    if (report.explanations().isEmpty())
      report.weights().stream().limit(FEW).forEach(each -> lines.add(" weights: " + each));
    described(report, lines);
    return lines;
  }

  private static String guess(Explanation explanation) {
    return " guess: " + explanation.mistake() + " - " + explanation.evidence();
  }

  private static void described(Report report, List<String> lines) {
    report.descriptions().stream()
        .limit(FEW)
        .map(Difference::sentence)
        .forEach(sentence -> lines.add(" described: " + sentence));
  }

  /** The verdict in one line, with the exit status. */
  public static String verdict(Report report) {
    String said =
        switch (report.outcome()) {
          case SAME, NOT_COMPARABLE -> ReportText.verdict(report);
          case ONE_PLACE -> "LOCAL FAULT at " + fault(report);
          case EVERYWHERE ->
              "GLOBAL FAULT, %d of %d pieces, first at %s"
                  .formatted(report.faulty().size(), report.places().size(), fault(report));
        };
    return "verdict: " + said + "  exit " + report.outcome().exit();
  }

  private static String fault(Report report) {
    return report
        .fault()
        .map(fault ->
            "%s  (local err %s, floor %s = %s)"
                .formatted(
                    fault.value(),
                    Deviation.number(fault.local().greatest()),
                    Deviation.number(floor(fault.floor())),
                    times(fault.local().greatest() / floor(fault.floor()))))
        .orElse("");
  }

  private static double floor(double measured) {
    return Math.max(measured, Report.LEAST_FLOOR);
  }

  private static String times(double factor) {
    if (!Double.isFinite(factor)) return "not finite";
    return factor < 1e5
        ? String.format(Locale.ROOT, "%.0fx", factor)
        : String.format(Locale.ROOT, "%.0ex", factor);
  }

  // ---- the table

  private static void table(Report report, List<String> lines) {
    int width = report.places().stream().mapToInt(place -> place.name().length()).max().orElse(5);
    String form = " %-" + Math.max(5, width) + "s  %10s %-8s  %10s  %16s  %8s  %s";
    lines.add(line(form, "piece", "local err", "", "floor", "accumulated(med)", "KL lens", ""));
    double most =
        report.places().stream().mapToDouble(place -> place.local().greatest()).max().orElse(0);
    boolean parted = false;
    for (Place place : report.places()) {
      String note = note(place, parted);
      parted |= place.isFaulty();
      lines.add(
          line(
              form,
              place.name(),
              Deviation.number(place.local().greatest()),
              place.isFaulty() ? bar(place.local().greatest() / most) : "",
              place.local().isNone() ? "0" : Deviation.number(floor(place.floor())),
              Deviation.number(place.accumulated().median()),
              place.lens().isPresent() ? Deviation.number(place.lens().getAsDouble()) : ".",
              note));
    }
  }

  private static String note(Place place, boolean parted) {
    String at = place.local().place();
    if (place.isFaulty())
      return (parted ? "<- differs" : "<- first divergence") + (at.isEmpty() ? "" : ", " + at);
    return parted && !place.accumulated().isNone() ? "(inherits)" : "";
  }

  private static String bar(double part) {
    int full = Double.isFinite(part) ? (int) Math.round(part * BAR) : BAR;
    return "█".repeat(Math.clamp(full, 1, BAR));
  }

  private static String line(String form, String... columns) {
    return String.format(Locale.ROOT, form, (Object[]) columns).stripTrailing();
  }

  // ---- within a piece

  private static void inside(Look look, List<String> lines) {
    StringBuilder line = new StringBuilder(" inside " + look.piece() + ":");
    for (Step step : look.steps()) {
      String name =
          step.value().startsWith(look.piece() + ".")
              ? step.value().substring(look.piece().length() + 1)
              : step.value();
      String shown = " " + name + (step.isFaulty() ? " ✗" : " ✓");
      if (line.length() + shown.length() > WIDTH) {
        lines.add(line.toString());
        line = new StringBuilder("   ");
      }
      line.append(shown);
    }
    lines.add(line.toString());
  }
}
