package org.isomorph.debug;

import java.util.List;

/**
 * How far each layer turns the stream that passes it: the cosine distance between what enters and
 * what leaves, token by token. A cosine sees no change of scale: norms and the size of the update
 * stand beside it.
 *
 * @param info what it was measured on
 * @param isFirstCounted whether the first token, which often is like no other, is among the means
 * @param isStandardised whether distances are of dimensions standardised over the counted tokens;
 *     norms, updates and peaks are of the stream as it is
 * @param layers one each, and a final norm as one of its own behind a tower's last
 * @param notes what the numbers do not say by themselves
 */
public record CosDistance(
    RunInfo info,
    boolean isFirstCounted,
    boolean isStandardised,
    List<LayerDistance> layers,
    List<String> notes) {
  public CosDistance {
    layers = List.copyOf(layers);
    notes = List.copyOf(notes);
  }

  /** One token of one layer: distance, norms, and the norm of the difference over that before. */
  public record TokenDistance(
      Token token, double distance, double normIn, double normOut, double update, double peak) {
    /** Whether one of the two is nothing but zeros, so that there is no direction. */
    public boolean isZero() {
      return normIn == 0 || normOut == 0;
    }
  }

  /**
   * All tokens of one layer.
   *
   * @param name {@code decoder.3}, or {@code decoder.norm} for a final norm
   * @param tokens all but padding, the first too
   * @param distance of those that are counted, as the other means
   * @param worst the counted token with the greatest distance
   * @param notFinite counted tokens with a number that is NaN or infinite
   */
  public record LayerDistance(
      String name,
      List<TokenDistance> tokens,
      Summary distance,
      TokenDistance worst,
      double normIn,
      double normOut,
      double update,
      long notFinite) {
    public LayerDistance {
      tokens = List.copyOf(tokens);
    }

    /** Whether this is a final norm, which is no layer. */
    public boolean isNorm() {
      return name.endsWith(".norm");
    }

    /** The first token, which the means leave out. */
    public TokenDistance first() {
      return tokens.getFirst();
    }
  }

  /** The layer with this name: {@code decoder.3}. */
  public LayerDistance layer(String name) {
    return layers.stream()
        .filter(layer -> layer.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new DebugException("no distance of " + name + " was measured"));
  }

  /** A table for a terminal, a line a layer. */
  @Override
  public String toString() {
    return CosineText.of(this);
  }
}
