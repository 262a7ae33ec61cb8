package org.isomorph.debug.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;
import org.isomorph.debug.AttentionMap;
import org.isomorph.debug.CosDistance;
import org.isomorph.debug.Lens;
import org.isomorph.debug.TokenSequence;
import org.isomorph.debug.compare.ModelComparison;
import org.isomorph.debug.compare.Side;
import org.isomorph.proof.Report;

/**
 * What a page shows. All of it are plain values; a section that is not there says why in a note.
 *
 * @param title of the page
 * @param facts about what was looked at, in the order in which they are shown
 * @param sequences what each tower read, as far as it is shown
 * @param lens of all tokens that are shown
 * @param attention maps of layers, in the order of computation; {@code sequences} says which of
 *     their queries and keys are shown
 * @param comparison with another model
 * @param lenses of both sides of it
 * @param notes what is not there, and why
 */
public record Findings(
    String title,
    List<Fact> facts,
    List<TokenSequence> sequences,
    Optional<CosDistance> cosine,
    Optional<Lens> lens,
    List<AttentionMap> attention,
    Optional<Report> comparison,
    Optional<LensPair> lenses,
    List<Note> notes) {
  /** Why a section says less than it might. */
  public record Note(Section section, String text) {}

  /** The parts of a page. */
  public enum Section {
    OVERVIEW,
    LENS,
    LAYERS,
    ATTENTION,
    COMPARE
  }

  public Findings {
    facts = List.copyOf(facts);
    sequences = List.copyOf(sequences);
    attention = List.copyOf(attention);
    notes = List.copyOf(notes);
  }

  /**
   * What comparing two sides came to, without their lenses.
   *
   * @param pieces the text of each token id
   */
  public static Findings of(
      ModelComparison comparison, LongFunction<String> pieces, Report report) {
    Side a = comparison.a(), b = comparison.b();
    return new Findings(
        b.name() + " against " + a.name(),
        Fact.of(a, b, comparison.dtype(), report),
        Compared.sequences(comparison, pieces),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        Optional.of(report),
        Optional.empty(),
        List.of());
  }

  Findings about(String named, List<TokenSequence> read) {
    return new Findings(named, facts, read, cosine, lens, attention, comparison, lenses, notes);
  }

  Findings cosine(CosDistance found) {
    return new Findings(
        title, facts, sequences, Optional.of(found), lens, attention, comparison, lenses, notes);
  }

  Findings lens(Lens found) {
    return new Findings(
        title, facts, sequences, cosine, Optional.of(found), attention, comparison, lenses, notes);
  }

  Findings comparison(Report found) {
    return new Findings(
        title, facts, sequences, cosine, lens, attention, Optional.of(found), lenses, notes);
  }

  Findings lenses(LensPair both) {
    return new Findings(
        title, facts, sequences, cosine, lens, attention, comparison, Optional.of(both), notes);
  }

  Findings attention(List<AttentionMap> maps) {
    return new Findings(title, facts, sequences, cosine, lens, maps, comparison, lenses, notes);
  }

  Findings note(Section section, String text) {
    List<Note> more = new ArrayList<>(notes);
    more.add(new Note(section, text));
    return new Findings(title, facts, sequences, cosine, lens, attention, comparison, lenses, more);
  }

  /** The same, with the last tokens of each sequence alone to be shown. */
  Findings last(int tokens) {
    List<TokenSequence> fewer =
        sequences.stream()
            .map(each ->
                new TokenSequence(
                    each.tower(),
                    each.tokens().subList(Math.max(0, each.size() - tokens), each.size())))
            .toList();
    return new Findings(title, facts, fewer, cosine, lens, attention, comparison, lenses, notes);
  }

  /** How many tokens of the longest sequence are shown. */
  int tokens() {
    return sequences.stream().mapToInt(TokenSequence::size).max().orElse(0);
  }
}
