package org.isomorph.debug.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongFunction;
import org.isomorph.debug.AttentionMap;
import org.isomorph.debug.CosDistance;
import org.isomorph.debug.Lens;
import org.isomorph.debug.TokenSequence;
import org.isomorph.debug.compare.Side;
import org.isomorph.proof.Report;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Tensor;

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
   * What comparing two sides came to.
   *
   * @param dtype that models computed in
   * @param inputs what both were given, by Hugging Face's names; empty where nobody said anything
   * @param pieces the text of each token id
   */
  public static Findings of(
      Side a,
      Side b,
      DType dtype,
      Map<String, Tensor> inputs,
      LongFunction<String> pieces,
      Report comparison) {
    return new Findings(
        b.name() + " against " + a.name(),
        Fact.of(a, b, dtype, comparison),
        Compared.sequences(a, b, inputs, pieces),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        Optional.of(comparison),
        List.of());
  }

  Findings attention(List<AttentionMap> maps) {
    return new Findings(title, facts, sequences, cosine, lens, maps, comparison, notes);
  }

  Findings note(Section section, String text) {
    List<Note> more = new ArrayList<>(notes);
    more.add(new Note(section, text));
    return new Findings(title, facts, sequences, cosine, lens, attention, comparison, more);
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
    return new Findings(title, facts, fewer, cosine, lens, attention, comparison, notes);
  }

  /** How many tokens of the longest sequence are shown. */
  int tokens() {
    return sequences.stream().mapToInt(TokenSequence::size).max().orElse(0);
  }
}
