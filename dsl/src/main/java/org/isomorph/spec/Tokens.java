package org.isomorph.spec;

/**
 * Token ids looked up in a table: {@code norm(project(scale * table[id]) + position + segment)}.
 *
 * @param vocabulary rows of the table
 * @param width columns of the table; 0 until the tower fills in its own width. A narrower table is
 *     projected to the tower's width on the way in, and back before the head (OPT-350m)
 * @param isShared whether this is the one table that all towers which say so use
 * @param scale what looked-up vectors are multiplied by
 * @param position what is added for a token's position
 * @param numbering how tokens get their positions
 * @param segments rows of a second table, looked up by segment (BERT's token types); 0 for none
 * @param norm applied to the sum
 */
public record Tokens(
    long vocabulary,
    long width,
    boolean isShared,
    double scale,
    AbsolutePosition position,
    Numbering numbering,
    long segments,
    Norm norm)
    implements Input {
  public Tokens {
    Require.positive("vocabulary", vocabulary);
    Require.notNegative("embedding width", width);
    Require.positive("embedding scale", scale);
    Require.notNegative("segments", segments);
    Require.ownNorm("an input", norm);
  }

  /** How tokens are numbered: what their position is. */
  public enum Numbering {
    /** 0, 1, 2, ... from the first token, padding counted. */
    SEQUENTIAL,
    /** 0, 1, 2, ... from the first token that is not padding (OPT, RoBERTa, BLOOM). */
    UNPADDED,
    /**
     * Sequential up to BOS; from there on, all have the position of [MASK], or go on counting after
     * [gMASK] (GLM-130B).
     */
    SPAN,
    /**
     * Two numbers: 0, 1, ... up to BOS and then the position of [MASK] or [gMASK]; and 0 up to BOS
     * and then 1, 2, ... (ChatGLM-6B).
     */
    SPAN_AND_BLOCK
  }

  public Tokens width(long columns) {
    return new Tokens(vocabulary, columns, isShared, scale, position, numbering, segments, norm);
  }

  /** The same input from the one table of all towers that say so. */
  public Tokens shared() {
    return new Tokens(vocabulary, width, true, scale, position, numbering, segments, norm);
  }

  public Tokens scale(double factor) {
    return new Tokens(vocabulary, width, isShared, factor, position, numbering, segments, norm);
  }

  public Tokens position(AbsolutePosition added) {
    return new Tokens(vocabulary, width, isShared, scale, added, numbering, segments, norm);
  }

  public Tokens numbering(Numbering how) {
    return new Tokens(vocabulary, width, isShared, scale, position, how, segments, norm);
  }

  public Tokens segments(long rows) {
    return new Tokens(vocabulary, width, isShared, scale, position, numbering, rows, norm);
  }

  public Tokens norm(Norm of) {
    return new Tokens(vocabulary, width, isShared, scale, position, numbering, segments, of);
  }

  @Override
  public Tokens resolved(long dim) {
    return width == 0 ? width(dim) : this;
  }

  @Override
  public String toString() {
    return "tokens("
        + vocabulary
        + ")"
        + (width == 0 ? "" : ".width(" + width + ")")
        + (isShared ? ".shared()" : "")
        + (scale == 1 ? "" : ".scale(" + Print.number(scale) + ")")
        + (AbsolutePosition.NONE.equals(position) ? "" : ".position(" + position + ")")
        + (numbering == Numbering.SEQUENTIAL ? "" : ".numbering(" + numbering + ")")
        + (segments == 0 ? "" : ".segments(" + segments + ")")
        + (Norm.NONE.equals(norm) ? "" : ".norm(" + norm + ")");
  }
}
