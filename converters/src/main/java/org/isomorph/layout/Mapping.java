package org.isomorph.layout;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.isomorph.tensor.Shape;

/**
 * Which elements of one family of tensors are which elements of another family: a list of pieces.
 *
 * <p>A layout is a mapping from parameters to a checkpoint's tensor; a sharding is one from tensors
 * to files; a conversion is the inverse of one layout, then another. All of them are this value.
 *
 * <p>The constructor fuses boxes that step on as one and orders pieces by target, in order of first
 * appearance, and by position in it.
 *
 * @param <S> what names a source tensor, compared by {@code equals}
 * @param <T> what names a target tensor, compared by {@code equals}
 */
public record Mapping<S, T>(List<Piece<S, T>> pieces) {

  public Mapping {
    pieces = Fusion.fuse(pieces);
  }

  /** The mapping that copies one whole dense tensor to another of the same size. */
  public static <S, T> Mapping<S, T> copy(S source, T target, Shape shape) {
    return new Mapping<>(
        shape.elements() == 0
            ? List.of()
            : List.of(new Piece<>(source, target, Box.run(0, 0, shape.elements()))));
  }

  /** The pieces of several mappings together. */
  public static <S, T> Mapping<S, T> union(List<Mapping<S, T>> mappings) {
    return new Mapping<>(mappings.stream().flatMap(each -> each.pieces().stream()).toList());
  }

  /** This mapping, followed by another: where the elements are two steps on. */
  public <U> Mapping<S, U> then(Mapping<T, U> next) {
    Map<T, Ranges<Piece<T, U>>> behind = new LinkedHashMap<>();
    next.bySource()
        .forEach((middle, group) ->
            behind.put(
                middle,
                new Ranges<>(group, piece -> piece.box().from(), piece -> piece.box().lastFrom())));
    List<Piece<S, U>> result = new ArrayList<>();
    for (Piece<S, T> first : pieces) {
      Ranges<Piece<T, U>> ranges = behind.get(first.target());
      if (ranges == null) continue;
      for (Piece<T, U> second : ranges.meeting(first.box().to(), first.box().lastTo()))
        for (Box box : Composition.of(first.box(), second.box()))
          result.add(new Piece<>(first.source(), second.target(), box));
    }
    return new Mapping<>(result);
  }

  /**
   * The way back. Where a source element feeds several targets, the first of them is taken; {@link
   * #copies} says which others must be equal to it.
   */
  public Mapping<T, S> inverse() {
    if (isOneBox()) return new Mapping<>(List.of(pieces.getFirst().inverse()));
    return new Mapping<>(Choice.of(this).chosen().pieces().stream().map(Piece::inverse).toList());
  }

  /**
   * From the copy that {@link #inverse} takes of a source element to each other copy of it: the
   * inverse loses nothing exactly if these elements are equal. Empty if no element is repeated.
   */
  public Mapping<T, T> copies() {
    if (isOneBox()) return new Mapping<>(List.of());
    Choice<S, T> choice = Choice.of(this);
    return new Mapping<>(choice.chosen().pieces().stream().map(Piece::inverse).toList())
        .then(choice.others());
  }

  /** Most tensors are one parameter as it is, and there are ninety thousand of them. */
  private boolean isOneBox() {
    return pieces.size() == 1 && !pieces.getFirst().box().repeats();
  }

  /** The pieces that read each source, in order of first appearance. */
  public Map<S, List<Piece<S, T>>> bySource() {
    Map<S, List<Piece<S, T>>> groups = new LinkedHashMap<>();
    for (Piece<S, T> piece : pieces)
      groups.computeIfAbsent(piece.source(), _ -> new ArrayList<>()).add(piece);
    return groups;
  }

  /** The pieces that write each target, in order of first appearance. */
  public Map<T, List<Piece<S, T>>> byTarget() {
    Map<T, List<Piece<S, T>>> groups = new LinkedHashMap<>();
    for (Piece<S, T> piece : pieces)
      groups.computeIfAbsent(piece.target(), _ -> new ArrayList<>()).add(piece);
    return groups;
  }

  /** The number of element copies, over all targets. */
  public long elements() {
    return pieces.stream().mapToLong(piece -> piece.box().elements()).reduce(0, Math::addExact);
  }

  /** How many elements are written to this target, counting an element twice if it is. */
  public long coveredElements(T target) {
    return pieces.stream()
        .filter(piece -> piece.target().equals(target))
        .mapToLong(piece -> piece.box().elements())
        .reduce(0, Math::addExact);
  }

  /** How well this mapping covers a target tensor of the given shape. */
  public Coverage coverage(T target, Shape shape) {
    return Coverage.of(this, target, shape);
  }

  /**
   * Checks that each element of the target is written exactly once.
   *
   * @throws IllegalArgumentException if not, with the number of gaps and the first, or with the
   *     pieces that meet
   */
  public void requirePartition(T target, Shape shape) {
    Coverage coverage = coverage(target, shape);
    if (!coverage.isPartition())
      throw new IllegalArgumentException("%s %s: %s".formatted(target, shape, coverage));
  }
}
