package org.isomorph.debug.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.isomorph.debug.AttentionMap;
import org.isomorph.debug.CosDistance;
import org.isomorph.debug.Lens;
import org.isomorph.debug.Token;
import org.isomorph.debug.TokenSequence;
import org.isomorph.proof.Report;

/**
 * Results as HTML for a notebook's cell. What a {@link ReportPage} has a section for is that page
 * with this section alone, in a frame of its own: its scripts and styles cannot reach the notebook.
 * All else, and what is too large for a page, is the text that a terminal shows.
 *
 * <p>It needs nothing of any notebook. {@code META-INF/kotlin-jupyter-libraries/libraries.json},
 * which the Kotlin kernel looks for in every jar, tells it which results to show so; others call it
 * by hand: {@code HTML(NotebookCell.of(session.lens(5)))}.
 */
public final class NotebookCell {
  private static final String MADE = "isomorph";
  private static final Findings NOTHING =
      new Findings(
          "",
          List.of(),
          List.of(),
          Optional.empty(),
          Optional.empty(),
          List.of(),
          Optional.empty(),
          Optional.empty(),
          List.of());

  private NotebookCell() {}

  /**
   * What a cell shows of a result.
   *
   * @param result of a probe or a comparison; of anything else its text
   * @return markup, whole elements, which asks nothing of any network
   */
  public static String of(Object result) {
    return switch (result) {
      case CosDistance found ->
          framed(shown(found.info().model(), sequences(found)).cosine(found), result);
      case Lens found when !found.layers().isEmpty() ->
          framed(shown(found.info().model(), List.of(sequence(found))).lens(found), result);
      case AttentionMap found ->
          framed(
              shown(
                      found.info().model(),
                      found.queries().equals(found.keys())
                          ? List.of(found.queries())
                          : List.of(found.keys(), found.queries()))
                  .attention(List.of(found)),
              result);
      case Report found -> framed(shown("comparison", List.of()).comparison(found), result);
      default -> text(result);
    };
  }

  private static Findings shown(String title, List<TokenSequence> sequences) {
    return NOTHING.about(title, sequences);
  }

  /** What each tower read, as far as it was measured. */
  private static List<TokenSequence> sequences(CosDistance found) {
    Map<String, List<Token>> towers = new LinkedHashMap<>();
    for (CosDistance.LayerDistance layer : found.layers())
      towers.putIfAbsent(
          tower(layer.name()),
          layer.tokens().stream().map(CosDistance.TokenDistance::token).toList());
    List<TokenSequence> sequences = new ArrayList<>();
    towers.forEach((tower, tokens) -> sequences.add(new TokenSequence(tower, tokens)));
    return sequences;
  }

  private static TokenSequence sequence(Lens found) {
    Lens.State last = found.layers().getLast();
    return new TokenSequence(
        tower(last.name()), last.cells().stream().map(Lens.Cell::token).toList());
  }

  private static String tower(String layer) {
    return layer.contains(".") ? layer.substring(0, layer.indexOf('.')) : layer;
  }

  private static String framed(Findings findings, Object result) {
    ReportPage page = ReportPage.of(MADE, findings);
    if (page.bytes() > Budget.USUAL.bytes()) return text(result);
    return "<iframe class=\"isomorph\" sandbox=\"allow-scripts\""
        + " style=\"width:100%;height:36rem;border:0\" srcdoc=\""
        + page.html().replace("&", "&amp;").replace("\"", "&quot;")
        + "\"></iframe>";
  }

  private static String text(Object result) {
    return result
        .toString()
        .lines()
        .map(Escaped::html)
        .collect(Collectors.joining("\n", "<pre class=\"isomorph\">", "</pre>"));
  }
}
