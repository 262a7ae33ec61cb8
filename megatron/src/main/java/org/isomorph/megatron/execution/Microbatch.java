package org.isomorph.megatron.execution;

import java.util.ArrayList;
import java.util.List;

/**
 * Sequences that are computed at once, one behind the other; none sees another.
 *
 * @param tokens of all
 * @param starts where each begins, and at last where all end
 */
record Microbatch(List<Integer> tokens, List<Integer> starts) {
  /** Sequences, and one of padding if the number of tokens must be a multiple. */
  static Microbatch of(List<List<Integer>> sequences, int multiple) {
    List<Integer> tokens = new ArrayList<>(), starts = new ArrayList<>(List.of(0));
    for (List<Integer> sequence : sequences) {
      tokens.addAll(sequence);
      starts.add(tokens.size());
    }
    if (tokens.size() % multiple != 0) {
      while (tokens.size() % multiple != 0) tokens.add(0);
      starts.add(tokens.size());
    }
    return new Microbatch(List.copyOf(tokens), List.copyOf(starts));
  }

  /** A token's place within its sequence. */
  int[] positions() {
    int[] positions = new int[tokens.size()];
    for (int sequence = 0; sequence + 1 < starts.size(); sequence++)
      for (int at = starts.get(sequence); at < starts.get(sequence + 1); at++)
        positions[at] = at - starts.get(sequence);
    return positions;
  }

  /** The rows of one sequence. */
  Matrix of(int sequence, Matrix x) {
    return x.rows(starts.get(sequence), starts.get(sequence + 1));
  }
}
