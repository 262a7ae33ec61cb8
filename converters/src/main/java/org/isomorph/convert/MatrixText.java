package org.isomorph.convert;

import java.util.ArrayList;
import java.util.List;
import org.isomorph.dialect.Dialect;

/** The matrix of what converts to what, as lines for a person and as a page. */
public final class MatrixText {
  /** What the signs mean. */
  public static final String LEGEND = "= exact, ~ rounded, . refused, ? some do";

  private MatrixText() {}

  /** One line for each family, below a line of all names. */
  public static List<String> table(Matrix matrix) {
    List<Dialect> families = matrix.families();
    int width = families.stream().mapToInt(family -> family.name().length()).max().orElse(0) + 2;
    List<String> lines = new ArrayList<>();
    StringBuilder head = new StringBuilder(" ".repeat(width));
    for (Dialect to : families) head.append(to.name()).append(' ');
    lines.add(head.toString().stripTrailing());
    for (Dialect from : families) {
      StringBuilder line = new StringBuilder(padded(from.name(), width));
      for (Dialect to : families)
        line.append(padded(sign(matrix.outcome(from, to)), to.name().length() + 1));
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }

  private static String padded(String text, int width) {
    return text + " ".repeat(width - text.length());
  }

  private static String sign(Matrix.Entry entry) {
    return switch (entry) {
      case EXACT -> "=";
      case ROUNDED -> "~";
      case SOME -> "?";
      case REFUSED -> ".";
    };
  }

  /** A page of Markdown: the table, and the laws that it rests on. */
  public static List<String> page(Matrix matrix) {
    List<String> lines =
        new ArrayList<>(
            List.of(
                "# What converts to what",
                "",
                "A row for each family that is read, a column for each that is written. This page is generated, and a test",
                "compares it with what is generated; `./isomorph families` prints the same, with families of your own in it.",
                "",
                "| sign | each of the family's published models |",
                "|---|---|",
                "| `=` | is converted exactly: converted back, every tensor has the bytes it had |",
                "| `~` | is converted to the same function, with numbers rounded as the plan states |",
                "| `?` | depends: on sizes, so that some are converted and others refused, or on values, such as biases that have to be zero |",
                "| `.` | is refused, with reasons that are computed from the two descriptions |",
                "",
                "The models are those of `./isomorph families --presets`; a family that has none, as `megatron`, which trains others', stands",
                "with all of theirs that it can express. A checkpoint of other sizes is asked about by",
                "`./isomorph convert SRC DST --to FAMILY --plan`, which reads its headers, and of its values no more than it has to.",
                "",
                "```"));
    lines.addAll(table(matrix));
    lines.addAll(
        List.of(
            "```",
            "",
            "## The laws behind it",
            "",
            "Where a family cannot say a model as it is, these laws give it other words for the same function. They know no families, and",
            "all of them can apply on one way. A plan lists what was done as `step`.",
            ""));
    for (Adjustment law : Adjustments.ALL) lines.add("- " + law.law());
    lines.addAll(
        List.of(
            "",
            "Latent attention (DeepSeek) stays latent attention: its norms stand between two maps, so that no plain heads compute the same.",
            "Norms of queries and keys (Qwen 3), soft caps, windows, kinds of positions and kinds of norms have no other words either.",
            "",
            "[Converting](converting.md) tells what to do when a pair is refused."));
    return lines;
  }
}
