package org.isomorph.graph;

/**
 * The extent of one axis: a number that the description states, or a name for one that the inputs
 * state. Equal names are equal extents.
 *
 * @param symbol the name; empty for a number
 * @param extent the number; 0 for a name
 */
public record Dim(String symbol, long extent) {
  /** Sequences computed at once. */
  public static final Dim BATCH = new Dim("batch", 0);

  /** Images computed at once, where a model reads texts too. */
  public static final Dim IMAGES = new Dim("images", 0);

  /** Tokens of this call. */
  public static final Dim SEQ = new Dim("seq", 0);

  /** Tokens of this call and of those before it: what a query may see. */
  public static final Dim KEYS = new Dim("keys", 0);

  /** Tokens that an encoder reads for a decoder. */
  public static final Dim SOURCE = new Dim("source", 0);

  /** One: an axis to be broadcast. */
  public static final Dim ONE = of(1);

  public static Dim of(long extent) {
    return new Dim("", extent);
  }

  public boolean isFixed() {
    return symbol.isEmpty();
  }

  /** The extent, where it is a number. */
  public long fixed() {
    if (!isFixed())
      throw new GraphException("the extent " + symbol + " is not known before the graph runs");
    return extent;
  }

  /** One less: {@code seq-1} tokens have another behind them. */
  Dim less() {
    if (isFixed()) return of(extent - 1);
    int dash = symbol.lastIndexOf('-');
    long already = dash < 0 ? 0 : Long.parseLong(symbol.substring(dash + 1));
    return new Dim((dash < 0 ? symbol : symbol.substring(0, dash)) + "-" + (already + 1), 0);
  }

  @Override
  public String toString() {
    return isFixed() ? Long.toString(extent) : symbol;
  }
}
