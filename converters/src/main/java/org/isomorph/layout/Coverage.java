package org.isomorph.layout;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.isomorph.tensor.Shape;

/**
 * How well a mapping covers one target tensor.
 *
 * @param elements the tensor's size, in elements
 * @param gaps how many of them nothing is written to; meaningful only where {@code overlap} is
 *     empty
 * @param firstGap the first of these
 * @param overlap what is written twice or outside of the tensor, in words that name the elements
 *     and the boxes
 */
public record Coverage(long elements, long gaps, OptionalLong firstGap, Optional<String> overlap) {

  /** Whether each element is written exactly once. */
  public boolean isPartition() {
    return gaps == 0 && overlap.isEmpty();
  }

  static <S, T> Coverage of(Mapping<S, T> mapping, T target, Shape shape) {
    List<Piece<S, T>> pieces =
        mapping.pieces().stream().filter(piece -> piece.target().equals(target)).toList();
    long covered = mapping.coveredElements(target);
    Optional<String> overlap = outside(pieces, shape.elements()).or(() -> firstOverlap(pieces));
    if (overlap.isPresent() || covered == shape.elements())
      return new Coverage(
          shape.elements(), Math.max(0, shape.elements() - covered), OptionalLong.empty(), overlap);
    return new Coverage(
        shape.elements(),
        shape.elements() - covered,
        OptionalLong.of(firstGap(pieces, shape.elements())),
        overlap);
  }

  private static <S, T> Optional<String> outside(List<Piece<S, T>> pieces, long elements) {
    return pieces.stream()
        .filter(piece -> piece.box().lastTo() >= elements)
        .findFirst()
        .map(piece -> "element %d lies outside, of %s".formatted(piece.box().lastTo(), piece));
  }

  private static <S, T> Optional<String> firstOverlap(List<Piece<S, T>> pieces) {
    Ranges<Integer> ranges =
        new Ranges<>(
            IntStream.range(0, pieces.size()).boxed().toList(),
            k -> pieces.get(k).box().to(),
            k -> pieces.get(k).box().lastTo());
    if (ranges.areDisjoint()) return Optional.empty();
    for (int k = 0; k < pieces.size(); k++) {
      Box written = Region.written(pieces.get(k).box());
      for (int other : ranges.meeting(written.to(), written.lastTo())) {
        if (other <= k) continue;
        for (Box common : Composition.of(written, Region.written(pieces.get(other).box())))
          return Optional.of(
              "element %d is written twice, by %s and by %s"
                  .formatted(common.to(), pieces.get(k), pieces.get(other)));
      }
    }
    return Optional.empty();
  }

  /** By bisection: boxes that do not overlap leave ever more elements out as indices rise. */
  private static <S, T> long firstGap(List<Piece<S, T>> pieces, long elements) {
    long low = 0;
    long high = elements - 1;
    while (low < high) {
      long middle = low + (high - low) / 2;
      long written = 0;
      for (Piece<S, T> piece : pieces) written += Region.writtenBelow(piece.box(), middle + 1);
      if (written < middle + 1) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** In words: {@code 3 of 12 elements are not written, the first is 9}. */
  @Override
  public String toString() {
    return overlap.orElseGet(() ->
        firstGap.isPresent()
            ? "%d of %d elements are not written, the first is %d"
                .formatted(gaps, elements, firstGap.getAsLong())
            : "each of %d elements is written once".formatted(elements));
  }
}
