package org.isomorph.graph;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.isomorph.spec.Model;

/**
 * Which ways of running a model come to the same, up to rounding, and why others do not.
 *
 * <table>
 * <caption>Some models</caption>
 * <tr><td>LLaMA</td><td>all laws hold</td></tr>
 * <tr><td>GPT-2</td><td>not {@link Law#PADDED_LEFT}: learned positions count padding</td></tr>
 * <tr><td>ChatGLM-6B</td><td>not {@link Law#CHUNKED}: its prefix must come at once</td></tr>
 * <tr><td>BERT</td><td>neither {@link Law#CACHED} nor {@link Law#CHUNKED}: all see all</td></tr>
 * </table>
 *
 * @param verdicts one a law
 */
public record Laws(Map<Law, Verdict> verdicts) {
  public Laws {
    verdicts = Collections.unmodifiableMap(new EnumMap<>(verdicts));
  }

  /** The laws of this model's graph. */
  public static Laws of(Model model) {
    Map<Law, Verdict> verdicts = new EnumMap<>(Law.class);
    Decoding decoding = Decoding.of(model);
    Padding padding = new Padding(model);
    verdicts.put(Law.CACHED, decoding.cached());
    verdicts.put(Law.CHUNKED, decoding.chunked());
    verdicts.put(Law.PADDED_RIGHT, padding.right());
    verdicts.put(Law.PADDED_LEFT, padding.left());
    verdicts.put(Law.CUT_AND_FED, Verdict.HOLDS);
    return new Laws(verdicts);
  }

  /** Two ways of running a model that should come to the same. */
  public enum Law {
    /** A prompt at once and then token by token gives what the whole sequence gives. */
    CACHED("cached decoding equals uncached"),
    /** A prompt in pieces gives what it gives at once. */
    CHUNKED("a prompt in pieces equals the whole"),
    /** Rows that are padded behind their tokens give what each gives alone. */
    PADDED_RIGHT("rows padded on the right equal single rows"),
    /** Rows that are padded before their tokens give what each gives alone. */
    PADDED_LEFT("rows padded on the left equal single rows"),
    /** A graph cut in two, the tail fed with what the head gives, gives what it gives whole. */
    CUT_AND_FED("a graph cut in two equals the whole");

    private final String words;

    Law(String words) {
      this.words = words;
    }

    @Override
    public String toString() {
      return words;
    }
  }

  /**
   * Whether a law holds.
   *
   * @param holds whether it does, if the conditions are met
   * @param reasons why it does not
   * @param conditions under which it does
   */
  public record Verdict(boolean holds, List<String> reasons, List<String> conditions) {
    static final Verdict HOLDS = new Verdict(true, List.of(), List.of());

    public Verdict {
      reasons = List.copyOf(reasons);
      conditions = List.copyOf(conditions);
      if (holds != reasons.isEmpty())
        throw new GraphException("a law fails for reasons, and holds without");
    }

    static Verdict of(List<String> reasons, List<String> conditions) {
      return reasons.isEmpty()
          ? new Verdict(true, List.of(), conditions.stream().distinct().toList())
          : new Verdict(false, reasons.stream().distinct().toList(), List.of());
    }

    /** {@code yes, if the first call has the whole prefix}; {@code no: experts ...}. */
    @Override
    public String toString() {
      if (!holds) return "no: " + String.join("; ", reasons);
      return conditions.isEmpty() ? "yes" : "yes, if " + String.join(" and ", conditions);
    }
  }

  public Verdict verdict(Law law) {
    return Objects.requireNonNull(verdicts.get(law));
  }

  public boolean hold(Law law) {
    return verdict(law).holds();
  }

  /** A line a law. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    verdicts.forEach((law, verdict) ->
        text.append(text.isEmpty() ? "" : "\n").append("%-44s%s".formatted(law, verdict)));
    return text.toString();
  }
}
