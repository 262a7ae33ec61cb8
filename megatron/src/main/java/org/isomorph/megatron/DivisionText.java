package org.isomorph.megatron;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads Megatron's text for a pipeline whose stages are written out: {@code Et*3|(tt|)*29,m|L}.
 *
 * <table>
 * <caption>What stands in it</caption>
 * <tr><td>{@code E}</td><td>the embedding: once, first</td></tr>
 * <tr><td>{@code t}</td><td>a layer</td></tr>
 * <tr><td>{@code m}</td><td>a layer that predicts a further token; all on one stage</td></tr>
 * <tr><td>{@code L}</td><td>the head and its loss: once, last</td></tr>
 * <tr><td>{@code |}</td><td>ends a stage</td></tr>
 * <tr><td>{@code x*n}, {@code (...)*n}</td><td>n times</td></tr>
 * <tr><td>{@code ,}</td><td>nothing</td></tr>
 * </table>
 *
 * <p>There are as many entries as stages times virtual stages; entry {@code v * stages + p} is
 * chunk v of stage p.
 */
final class DivisionText {
  private static final Pattern GROUP = Pattern.compile("\\(([^()]*)\\)\\*(\\d{1,5})");
  private static final Pattern SINGLE = Pattern.compile("([Etm|L])\\*(\\d{1,5})");
  private static final int LONGEST = 1 << 20;

  private final String text;

  private DivisionText(String text) {
    this.text = text;
  }

  /**
   * The pipeline that a text says.
   *
   * @throws MegatronException if it is malformed, or does not fit the numbers
   */
  static Pipeline read(String text, int depth, int predicting, int stages, int virtual) {
    return new DivisionText(text).read(depth, predicting, stages, virtual);
  }

  /** How many entries a text has: stages times virtual stages. */
  static int entries(String text) {
    DivisionText reading = new DivisionText(text);
    return (int) reading.expanded().chars().filter(c -> c == '|').count() + 1;
  }

  private Pipeline read(int depth, int predicting, int stages, int virtual) {
    List<String> entries = new ArrayList<>();
    String all = expanded();
    int from = 0;
    for (int bar = all.indexOf('|'); bar >= 0; bar = all.indexOf('|', from)) {
      entries.add(all.substring(from, bar));
      from = bar + 1;
    }
    entries.add(all.substring(from));
    if (entries.size() != Math.multiplyExact(stages, virtual))
      throw fail(
          "expected %d entries for %d stages of %d chunks, found %d"
              .formatted(stages * virtual, stages, virtual, entries.size()));
    check(all, 't', depth, "layers");
    check(all, 'm', predicting, "layers that predict further tokens");
    check(all, 'E', 1, "embedding");
    check(all, 'L', 1, "head");
    if (!all.startsWith("E") || !all.endsWith("L"))
      throw fail("expected E as the first and L as the last part");
    if (entries.stream().filter(entry -> entry.contains("m")).count() > 1)
      throw fail("expected all m on one stage");
    return Pipeline.of(
        stages,
        virtual,
        entries.stream()
            .map(entry ->
                new Pipeline.Content(
                    entry.contains("E"),
                    count(entry, 't'),
                    entry.contains("m"),
                    entry.contains("L")))
            .toList());
  }

  private void check(String all, char part, int expected, String what) {
    if (count(all, part) != expected)
      throw fail("expected %d %c (%s), found %d".formatted(expected, part, what, count(all, part)));
  }

  private static int count(String entry, char part) {
    return (int) entry.chars().filter(c -> c == part).count();
  }

  private String expanded() {
    String all = text.replace(",", "").replace(" ", "");
    for (int i = 0; i < all.length(); i++)
      if ("Etm|L()*0123456789".indexOf(all.charAt(i)) < 0)
        throw fail(
            "expected E, t, m, L, |, repetitions such as t*3 and (tt|)*2, and commas, found %c"
                .formatted(all.charAt(i)));
    all = repeated(repeated(all, GROUP), SINGLE);
    for (int i = 0; i < all.length(); i++)
      if ("Etm|L".indexOf(all.charAt(i)) < 0)
        throw fail("expected a number of times after each *, and groups that do not nest");
    return all;
  }

  private String repeated(String all, Pattern what) {
    Matcher matcher = what.matcher(all);
    StringBuilder result = new StringBuilder();
    int end = 0;
    while (matcher.find()) {
      result.append(all, end, matcher.start());
      int times = Integer.parseInt(matcher.group(2));
      if ((long) times * matcher.group(1).length() + result.length() > LONGEST)
        throw fail("it repeats more than any model has layers");
      result.append(matcher.group(1).repeat(times));
      end = matcher.end();
    }
    return result.append(all, end, all.length()).toString();
  }

  private MegatronException fail(String problem) {
    return new MegatronException("pipeline layout \"" + text + "\": " + problem);
  }
}
