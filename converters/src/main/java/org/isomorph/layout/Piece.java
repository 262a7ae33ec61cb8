package org.isomorph.layout;

/**
 * A box between two named tensors: which elements of {@code source} are which of {@code target}.
 *
 * @param <S> what names a source tensor: a record, an enum or a string, compared by {@code equals}
 * @param <T> what names a target tensor
 */
public record Piece<S, T>(S source, T target, Box box) {

  /** The same elements, the other way round; refused where the box repeats. */
  public Piece<T, S> inverse() {
    return new Piece<>(target, source, box.inverse());
  }

  @Override
  public String toString() {
    return source + " => " + target + ": " + box;
  }
}
