package org.isomorph.debug.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.function.LongFunction;
import java.util.stream.Collectors;
import org.isomorph.debug.CosineProbe;
import org.isomorph.debug.DebugSession;
import org.isomorph.debug.Layer;
import org.isomorph.debug.compare.ModelComparison;
import org.isomorph.proof.Report;

/**
 * A page for browsers that holds all it needs: it asks for nothing from any network, opens by
 * double click, and is the same to the byte for the same findings.
 *
 * @param findings what it shows
 * @param html the page
 */
public record ReportPage(Findings findings, String html) {
  private static final List<String> SCRIPTS =
      List.of(
          "elements.js",
          "numbers.js",
          "colours.js",
          "charts.js",
          "tabs.js",
          "overview.js",
          "lens-table.js",
          "lens.js",
          "lens-pair.js",
          "layers.js",
          "attention.js",
          "compare.js",
          "app.js");

  /**
   * Looks at all that a page shows of a run.
   *
   * @param made what made the page, and its version
   * @param layers whose attention is shown; the rest is shown of all
   */
  public static ReportPage of(String made, DebugSession session, List<Layer> layers) {
    return of(made, session, layers, CosineProbe.of(Layer.all(session.model())));
  }

  /**
   * Looks at all that a page shows of a run.
   *
   * @param cosine which layers are measured, and how
   */
  public static ReportPage of(
      String made, DebugSession session, List<Layer> layers, CosineProbe cosine) {
    return of(made, session, layers, cosine, Budget.USUAL);
  }

  static ReportPage of(String made, DebugSession session, List<Layer> layers, Budget budget) {
    return of(made, session, layers, CosineProbe.of(Layer.all(session.model())), budget);
  }

  private static ReportPage of(
      String made, DebugSession session, List<Layer> layers, CosineProbe cosine, Budget budget) {
    ReportPage page = within(made, new Seen(session, budget, cosine).findings(), budget);
    Findings all =
        new AttentionMaps(session, page.findings).within(layers, budget.bytes() - page.bytes());
    return of(made, all);
  }

  /**
   * What comparing two sides came to, with the lenses of both: each model is loaded and run once
   * more.
   *
   * @param made what made the page, and its version
   * @param pieces the text of each token id
   * @param report what comparing them came to
   */
  public static ReportPage of(
      String made, ModelComparison comparison, LongFunction<String> pieces, Report report) {
    return of(made, comparison, pieces, report, Budget.USUAL);
  }

  static ReportPage of(
      String made,
      ModelComparison comparison,
      LongFunction<String> pieces,
      Report report,
      Budget budget) {
    Findings findings = Findings.of(comparison, pieces, report);
    boolean compared = report.outcome() != Report.Outcome.NOT_COMPARABLE;
    return within(
        made,
        compared ? new ComparedLenses(comparison, pieces, budget).within(findings) : findings,
        budget);
  }

  /** As few tokens as it takes to keep within a budget. */
  private static ReportPage within(String made, Findings findings, Budget budget) {
    ReportPage page = of(made, findings);
    while (page.bytes() > budget.bytes() && page.findings.tokens() > 1) {
      int fewer = page.findings.tokens() / 2;
      page =
          of(
              made,
              findings
                  .last(fewer)
                  .note(
                      Findings.Section.OVERVIEW,
                      "the page shows the last %d tokens, to stay small".formatted(fewer)));
    }
    return page;
  }

  /**
   * A page of what was found.
   *
   * @param made what made the page, and its version
   */
  public static ReportPage of(String made, Findings findings) {
    String scripts = SCRIPTS.stream().map(ReportPage::resource).collect(Collectors.joining("\n"));
    // Texts come last: what they hold is never looked through for places to fill.
    String html =
        fill(
            resource("page.html"),
            List.of("{{style}}", "{{script}}", "{{title}}", "{{data}}"),
            List.of(
                resource("style.css"),
                scripts,
                Escaped.html(findings.title()),
                Escaped.script(FindingsJson.text(made, findings))));
    return new ReportPage(findings, html);
  }

  private static String fill(String form, List<String> places, List<String> texts) {
    StringBuilder page = new StringBuilder();
    int from = 0;
    while (from < form.length()) {
      int next = form.indexOf("{{", from);
      if (next < 0) break;
      int end = form.indexOf("}}", next) + 2;
      page.append(form, from, next);
      page.append(texts.get(places.indexOf(form.substring(next, end))));
      from = end;
    }
    return page.append(form, from, form.length()).toString();
  }

  /** How large it is, in UTF-8. */
  public int bytes() {
    return html.getBytes(StandardCharsets.UTF_8).length;
  }

  private static String resource(String name) {
    try (InputStream stream = ReportPage.class.getResourceAsStream(name)) {
      return new String(
          Objects.requireNonNull(stream, name).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
