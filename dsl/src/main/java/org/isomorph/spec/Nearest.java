package org.isomorph.spec;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** What somebody may have meant: the known words that take the fewest edits from a wrong one. */
public final class Nearest {
  private Nearest() {}

  private record Candidate(String word, int distance) {}

  /** The {@code limit} known words nearest to {@code wrong}, the nearest first. */
  public static List<String> to(String wrong, Collection<String> known, int limit) {
    return known.stream()
        .map(word -> new Candidate(word, edits(wrong, word)))
        .sorted(Comparator.comparingInt(Candidate::distance).thenComparing(Candidate::word))
        .limit(limit)
        .map(Candidate::word)
        .toList();
  }

  /** Levenshtein's distance: the insertions, deletions and replacements between two words. */
  static int edits(String from, String to) {
    int[] row = new int[to.length() + 1];
    for (int j = 0; j <= to.length(); j++) row[j] = j;
    for (int i = 1; i <= from.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[to.length()];
  }
}
