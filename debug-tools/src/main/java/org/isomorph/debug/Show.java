package org.isomorph.debug;

import java.io.PrintStream;

/**
 * Probes by the names that scripts know from elsewhere. Each prints its picture, and gives the
 * result.
 *
 * <pre>{@code
 * Show show = new Show(DebugSession.of(model, 1, 403, 407));
 * show.show_cos_distance();
 * show.show_topk_token(3, 10);
 * show.show_attention(3, "2", "0");
 * }</pre>
 *
 * @param session what is looked into
 * @param out where pictures go
 */
// The names are what this is for.
@SuppressWarnings("MemberName")
public record Show(DebugSession session, PrintStream out) {
  /** Pictures go to the standard output. */
  public Show(DebugSession session) {
    this(session, System.out);
  }

  /** What every layer does to its input: {@link DebugSession#cosine()}. */
  public CosDistance show_cos_distance() {
    return shown(session.cosine());
  }

  /** What one layer of the last tower does; -1 is the last. */
  public CosDistance show_cos_distance(long layer) {
    return shown(session.cosine(Long.toString(layer)));
  }

  /** The same with each dimension standardised over the tokens. */
  public CosDistance show_cos_distance(long layer, boolean standardize) {
    return standardize
        ? shown(session.standardisedCosine(Long.toString(layer)))
        : show_cos_distance(layer);
  }

  /** The ten likeliest tokens behind every layer. */
  public Lens show_topk_token() {
    return shown(session.lens(10));
  }

  /** The {@code K} likeliest tokens behind one layer of the last tower; -1 is the last. */
  public Lens show_topk_token(long layer, int K) {
    return shown(session.lens(Long.toString(layer), K));
  }

  /** Who attends to whom in one layer of the last tower. */
  public AttentionMap show_attention(long layer) {
    return shown(session.attention(Long.toString(layer)));
  }

  /**
   * How much token A, the query, attends to token B, the key.
   *
   * @param tokenA its index, or its text; {@code " it"#2} for the second
   * @param tokenB its index, or its text
   */
  public AttentionReadout show_attention(long layer, String tokenA, String tokenB) {
    return shown(session.attention(Long.toString(layer), tokenA, tokenB));
  }

  private <R> R shown(R result) {
    out.println(result);
    return result;
  }
}
