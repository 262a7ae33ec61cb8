package org.isomorph.proof;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.isomorph.proof.Report.Place;
import org.isomorph.spec.Difference;

/** A report in words: the verdict in one line, then what it rests on. */
public final class ReportText {
  private static final int FEW = 16;
  private static final int SHOWN = 8;

  private ReportText() {}

  /** The verdict, for a ticket. */
  public static String verdict(Report report) {
    return switch (report.outcome()) {
      case NOT_COMPARABLE -> "not comparable: " + String.join("; ", report.reasons());
      case SAME -> "same: " + same(report);
      case ONE_PLACE -> "differs in one place: " + fault(report);
      case EVERYWHERE ->
          "differs in %d of %d pieces, first at %s"
              .formatted(report.faulty().size(), report.places().size(), fault(report));
    };
  }

  private static String same(Report report) {
    boolean exact = report.places().stream().allMatch(place -> place.local().isNone());
    String local =
        exact
            ? "every piece bit for bit"
            : report
                .worst()
                .map(place ->
                    "no piece is off by more than rounding, the most %s (%s, floor %s)"
                        .formatted(
                            place.name(),
                            Deviation.number(place.local().greatest()),
                            Deviation.number(floor(place))))
                .orElse("");
    return local + "; " + outputs(report);
  }

  private static String outputs(Report report) {
    return report.outputs().stream()
        .map(OutputDeviation::toString)
        .collect(Collectors.joining("; "));
  }

  private static String fault(Report report) {
    return report
        .fault()
        .map(fault ->
            "%s (off by %s, floor %s)"
                .formatted(
                    fault.value(),
                    fault.local(),
                    Deviation.number(Math.max(fault.floor(), Floor.LEAST))))
        .orElse("");
  }

  private static double floor(Place place) {
    return place.local().isNone() ? 0 : Math.max(place.floor(), Floor.LEAST);
  }

  /** What the verdict rests on, line by line. */
  public static List<String> details(Report report) {
    List<String> lines = new ArrayList<>();
    boolean exact = report.places().stream().allMatch(place -> place.local().isNone());
    if (!exact) table(report, lines);
    boolean same = report.outcome() == Report.Outcome.SAME;
    if (!same && !report.outputs().isEmpty()) lines.add("  in the end  " + outputs(report));
    report.weights().stream()
        .limit(SHOWN)
        .forEach(difference -> lines.add("  weights     " + difference));
    more(lines, report.weights().size(), "weights");
    // What differs in words and not in numbers is said too: other inputs may tell them apart.
    report.descriptions().stream()
        .limit(SHOWN)
        .map(Difference::sentence)
        .forEach(sentence -> lines.add("  described   " + sentence));
    more(lines, report.descriptions().size(), "differences of the descriptions");
    return lines;
  }

  private static void more(List<String> lines, int all, String what) {
    if (all > SHOWN) lines.add("              and " + (all - SHOWN) + " more " + what);
  }

  private static void table(Report report, List<String> lines) {
    int width =
        Math.max(
            5, report.places().stream().mapToInt(place -> place.name().length()).max().orElse(0));
    String form = "  %-" + width + "s  %10s  %10s  %11s  %s";
    lines.add(format(form, "piece", "local", "floor", "accumulated", "worst at"));
    boolean left = false;
    int faulty = 0;
    for (int index = 0; index < report.places().size(); index++) {
      Place place = report.places().get(index);
      if (place.isFaulty()) faulty++;
      if (!isShown(report, index, faulty)) {
        if (!left) lines.add("  ...");
        left = true;
        continue;
      }
      left = false;
      String where = place.local().place();
      lines.add(
          format(
              form,
              place.name(),
              Deviation.number(place.local().greatest()),
              Deviation.number(floor(place)),
              Deviation.number(place.accumulated().greatest()),
              place.isFaulty() ? where + (where.isEmpty() ? "" : "  ") + "<- parts" : where));
    }
  }

  /** Of many pieces: the first, the last, the worst, and the first that part. */
  private static boolean isShown(Report report, int index, int faulty) {
    Place place = report.places().get(index);
    int last = report.places().size() - 1;
    return last < FEW
        || index == 0
        || index == last
        || (place.isFaulty() && faulty <= SHOWN)
        || report.worst().map(place::equals).orElse(false);
  }

  private static String format(String form, String... columns) {
    return String.format(Locale.ROOT, form, (Object[]) columns).stripTrailing();
  }
}
