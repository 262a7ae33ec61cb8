package org.isomorph.debug;

import java.util.ArrayList;
import java.util.List;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.Tensor;

/**
 * Numbers about every value that some patterns name, computed a few layers at a time: it does not
 * take the memory of all.
 *
 * @param patterns any names, ranges and globs
 */
public record StatisticsProbe(List<String> patterns) implements Probe<Statistics> {
  public StatisticsProbe {
    patterns = List.copyOf(patterns);
  }

  @Override
  public Statistics look(DebugSession session) {
    List<ValueStatistics> found = new ArrayList<>();
    List<String> names = session.named(patterns.toArray(String[]::new));
    new Sweep(session)
        .over(
            names,
            (name, value) -> {
              found.add(of(session, name, value));
              return true;
            });
    return new Statistics(session.info(), found);
  }

  /** Numbers about the row that a session looks at. */
  static ValueStatistics of(DebugSession session, String name, Tensor value) {
    Shape shape = value.shape();
    Rows rows = new Rows(value);
    long perRow = rows.count() / shape.dim(0);
    int queries = shape.rank() < 3 ? 0 : Math.toIntExact(shape.dim(-2));
    List<Token> tokens = session.tokensOf(name);
    boolean padded = tokens.size() == queries;
    boolean keyed = name.endsWith(".probs") || name.endsWith(".scores");
    Tally tally = new Tally();
    for (long at = 0; at < perRow; at++) {
      int place = queries == 0 ? 0 : (int) (at % queries);
      if (padded && tokens.get(place).isPadding()) continue;
      tally.row(rows.get(session.row() * perRow + at), place, !keyed);
    }
    return tally.of(name, shape);
  }

  /** Sums over rows. */
  private static final class Tally {
    private long count;
    private long nan;
    private long infinite;
    private double min = Double.POSITIVE_INFINITY;
    private double max = Double.NEGATIVE_INFINITY;
    private double sum;
    private double squares;
    private double shift;
    private double peak;
    private int peakAt;

    void row(double[] row, int place, boolean peaks) {
      for (double each : row) {
        count++;
        if (Double.isNaN(each)) nan++;
        else if (Double.isInfinite(each)) infinite++;
        else {
          // Around a number of their own size, squares lose fewer digits.
          if (min > max) shift = each;
          min = Math.min(min, each);
          max = Math.max(max, each);
          sum += each - shift;
          squares += (each - shift) * (each - shift);
        }
      }
      double own = peaks && row.length > 2 ? Vectors.peak(row) : 0;
      if (own <= peak) return;
      peak = own;
      peakAt = place;
    }

    ValueStatistics of(String name, Shape shape) {
      long finite = count - nan - infinite;
      double mean = finite == 0 ? Double.NaN : sum / finite;
      double variance = finite == 0 ? Double.NaN : Math.max(0, squares / finite - mean * mean);
      return new ValueStatistics(
          name,
          shape,
          count,
          finite == 0 ? Double.NaN : min,
          finite == 0 ? Double.NaN : max,
          mean + shift,
          Math.sqrt(variance),
          finite == 0 ? Double.NaN : Math.max(Math.abs(min), Math.abs(max)),
          nan,
          infinite,
          peak,
          peakAt);
    }
  }
}
