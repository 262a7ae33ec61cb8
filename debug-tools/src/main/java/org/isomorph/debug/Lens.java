package org.isomorph.debug;

import java.util.List;
import java.util.Optional;

/**
 * What the model would predict if it ended behind each of its layers: its own final norm,
 * recomputed, and its own head on that layer's state. Behind the last layer that is the model's
 * prediction.
 *
 * <p>An early state is close to the embedding of the token that was read. Where table and head are
 * one matrix, it gives that token back: that is an echo, marked {@code = input}, and no prediction.
 *
 * @param info what it was measured on
 * @param head what reads the state
 * @param layers the states in the order of computation; the last is not always the model's last
 * @param notes what the numbers do not say by themselves
 */
public record Lens(RunInfo info, String head, List<State> layers, List<String> notes) {
  public Lens {
    layers = List.copyOf(layers);
    notes = List.copyOf(notes);
  }

  /** One of the likeliest predictions. */
  public record Candidate(long id, String text, double probability, double logit) {}

  /**
   * What one state predicts at one token.
   *
   * @param top the likeliest, the likeliest first
   * @param finalRank of what the model itself finds likeliest, here; 1 is first
   * @param finalProbability of it, here
   * @param entropy in bits
   * @param divergence of the model's distribution from this one, KL(final || here), in nats
   * @param isEcho whether the likeliest is the token that was read
   */
  public record Cell(
      Token token,
      List<Candidate> top,
      long finalRank,
      double finalProbability,
      double entropy,
      double divergence,
      boolean isEcho) {
    public Cell {
      top = List.copyOf(top);
    }

    public Candidate best() {
      return top.getFirst();
    }
  }

  /**
   * What one state predicts.
   *
   * @param name {@code embed}, or a layer: {@code decoder.3}
   */
  public record State(String name, List<Cell> cells) {
    public State {
      cells = List.copyOf(cells);
    }

    /** The part of the tokens at which the likeliest is the model's own. */
    public double agreement() {
      return cells.stream().mapToInt(cell -> cell.finalRank() == 1 ? 1 : 0).average().orElse(0);
    }

    /** In bits, mean over tokens. */
    public double entropy() {
      return cells.stream().mapToDouble(Cell::entropy).average().orElse(0);
    }

    /** In nats, mean over tokens. */
    public double divergence() {
      return cells.stream().mapToDouble(Cell::divergence).average().orElse(0);
    }

    /** The part of the tokens that are only given back. */
    public double echo() {
      return cells.stream().mapToInt(cell -> cell.isEcho() ? 1 : 0).average().orElse(0);
    }

    /** What is predicted at the token with this index. */
    public Cell at(int index) {
      return cells.stream()
          .filter(cell -> cell.token().index() == index)
          .findFirst()
          .orElseThrow(() -> new DebugException("the lens did not look at token " + index));
    }
  }

  /** Whether the head reads one vector of the whole sequence, and not each token. */
  public boolean isPooled() {
    return !layers.isEmpty() && layers.getFirst().cells().getFirst().token().id() < 0;
  }

  /** The state with this name. */
  public State layer(String name) {
    return layers.stream()
        .filter(state -> state.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new DebugException("the lens did not look at " + name));
  }

  /**
   * The first state from which on the model's answer at a token is the likeliest and stays so;
   * empty where the last state does not give it.
   */
  public Optional<String> settles(int index) {
    String since = null;
    for (State state : layers)
      if (state.at(index).finalRank() != 1) since = null;
      else if (since == null) since = state.name();
    return Optional.ofNullable(since);
  }

  /** Tables for a terminal: of several tokens the means, and the last token in full. */
  @Override
  public String toString() {
    return LensText.of(this);
  }
}
