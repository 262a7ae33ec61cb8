package org.isomorph.debug.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.isomorph.debug.CosineProbe;
import org.isomorph.debug.DebugException;
import org.isomorph.debug.DebugSession;
import org.isomorph.debug.Token;
import org.isomorph.debug.TokenSequence;
import org.isomorph.debug.report.Findings.Note;
import org.isomorph.debug.report.Findings.Section;
import org.isomorph.spec.Tower;

/** Looks at all that a page shows of one run. */
final class Seen {
  private final DebugSession session;
  private final Budget budget;
  private final CosineProbe cosine;
  private final List<Note> notes = new ArrayList<>();

  Seen(DebugSession session, Budget budget, CosineProbe cosine) {
    this.session = session;
    this.budget = budget;
    this.cosine = cosine;
  }

  /** All but attention. */
  Findings findings() {
    List<TokenSequence> sequences = session.model().towers().stream().map(this::shown).toList();
    var distances = tried(Section.LAYERS, () -> session.look(cosine));
    var lens =
        tried(Section.LENS, () -> WholeLens.of(session, sequences.getLast(), budget.candidates()));
    List<Fact> facts = new ArrayList<>(Fact.of(session.model()));
    facts.add(
        2,
        new Fact("computed in", session.info().dtype().name().toLowerCase(java.util.Locale.ROOT)));
    if (!session.patches().isEmpty())
      facts.add(new Fact("replaced values", String.join(", ", session.patches().keySet())));
    return new Findings(
        session.model().name(),
        facts,
        sequences,
        distances,
        lens,
        List.of(),
        Optional.empty(),
        Optional.empty(),
        notes);
  }

  /** The last tokens, as many as there is room for. */
  private TokenSequence shown(Tower tower) {
    List<Token> tokens =
        session.sequence(tower.name()).tokens().stream()
            .filter(token -> !token.isPadding())
            .toList();
    int most = budget.tokens(tower.depth() + 1);
    if (tokens.size() <= most) return new TokenSequence(tower.name(), tokens);
    notes.add(
        new Note(
            Section.OVERVIEW,
            "%s read %d tokens; the page shows the last %d"
                .formatted(tower.name(), tokens.size(), most)));
    return new TokenSequence(tower.name(), tokens.subList(tokens.size() - most, tokens.size()));
  }

  /** What some models do not have is left out, with the reason. */
  private <R> Optional<R> tried(Section section, Supplier<R> look) {
    try {
      return Optional.of(look.get());
    } catch (DebugException reason) {
      String said = reason.getMessage();
      notes.add(new Note(section, said == null ? "there is nothing to be seen" : said));
      return Optional.empty();
    }
  }
}
