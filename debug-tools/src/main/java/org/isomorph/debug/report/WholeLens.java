package org.isomorph.debug.report;

import java.util.ArrayList;
import java.util.List;
import org.isomorph.debug.DebugSession;
import org.isomorph.debug.Lens;
import org.isomorph.debug.LensProbe;
import org.isomorph.debug.Token;
import org.isomorph.debug.TokenSequence;
import org.isomorph.spec.Tokens;

/** A lens at many tokens, some at a time: over a large vocabulary one token takes much memory. */
final class WholeLens {
  /** Numbers that are computed at once. */
  private static final long AT_ONCE = 1 << 21;

  private final DebugSession session;
  private final int candidates;

  private WholeLens(DebugSession session, int candidates) {
    this.session = session;
    this.candidates = candidates;
  }

  /** All states at these tokens, which are of the last tower. */
  static Lens of(DebugSession session, TokenSequence read, int candidates) {
    return new WholeLens(session, candidates).look(read);
  }

  private Lens look(TokenSequence read) {
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
    return session.look(LensProbe.all(session.model(), candidates, places));
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
}
