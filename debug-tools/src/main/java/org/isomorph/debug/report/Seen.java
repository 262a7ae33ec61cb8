package org.isomorph.debug.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.isomorph.debug.CosineProbe;
import org.isomorph.debug.DebugException;
import org.isomorph.debug.DebugSession;
import org.isomorph.debug.Layer;
import org.isomorph.debug.Lens;
import org.isomorph.debug.LensProbe;
import org.isomorph.debug.Token;
import org.isomorph.debug.TokenSequence;
import org.isomorph.debug.report.Findings.Note;
import org.isomorph.debug.report.Findings.Section;
import org.isomorph.spec.Tokens;
import org.isomorph.spec.Tower;

/** Looks at all that a page shows of one run. */
final class Seen {
  /** A lens over a large vocabulary takes much memory a token: so many numbers at once. */
  private static final long AT_ONCE = 1 << 21;

  private final DebugSession session;
  private final Budget budget;
  private final List<Note> notes = new ArrayList<>();

  Seen(DebugSession session, Budget budget) {
    this.session = session;
    this.budget = budget;
  }

  /** All but attention. */
  Findings findings() {
    List<TokenSequence> sequences = session.model().towers().stream().map(this::shown).toList();
    var cosine =
        tried(
            Section.LAYERS, () -> session.look(new CosineProbe(Layer.all(session.model()), false)));
    var lens = tried(Section.LENS, () -> lens(sequences.getLast()));
    List<Fact> facts = new ArrayList<>(Fact.of(session.model()));
    facts.add(
        2,
        new Fact("computed in", session.info().dtype().name().toLowerCase(java.util.Locale.ROOT)));
    if (!session.patches().isEmpty())
      facts.add(new Fact("replaced values", String.join(", ", session.patches().keySet())));
    return new Findings(
        session.model().name(), facts, sequences, cosine, lens, List.of(), Optional.empty(), notes);
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

  private Lens lens(TokenSequence read) {
    List<Integer> places = read.tokens().stream().map(Token::index).toList();
    long vocabulary = session.model().tokens().map(Tokens::vocabulary).orElse(1L);
    int step = Math.clamp(AT_ONCE / vocabulary, 1, places.size());
    Lens whole = look(places.subList(0, Math.min(step, places.size())));
    if (whole.isPooled()) return whole;
    for (int from = step; from < places.size(); from += step)
      whole = joined(whole, look(places.subList(from, Math.min(from + step, places.size()))));
    return whole;
  }

  private Lens look(List<Integer> places) {
    return session.look(LensProbe.all(session.model(), budget.candidates(), places));
  }

  private static Lens joined(Lens one, Lens other) {
    List<Lens.State> states = new ArrayList<>();
    for (Lens.State state : one.layers()) {
      List<Lens.Cell> cells = new ArrayList<>(state.cells());
      cells.addAll(other.layer(state.name()).cells());
      states.add(new Lens.State(state.name(), cells));
    }
    return new Lens(one.info(), one.head(), states, one.notes());
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
