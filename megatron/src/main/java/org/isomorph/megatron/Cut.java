package org.isomorph.megatron;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.isomorph.layout.Layout;
import org.isomorph.tensor.Shape;
import org.isomorph.tensorfile.Window;

/** How the ranks that share a tensor cut it. */
enum Cut {
  /** Each has all of it. */
  WHOLE(-1),
  /** Each has its share of the rows: outputs, of a column-parallel layer in Megatron's terms. */
  ROWS(0),
  /** Each has its share of the columns: inputs, of a row-parallel layer. */
  COLUMNS(1),
  /** Each has its share of the upper half's rows, then its share of the lower half's. */
  HALVES(0),
  /** As rows, of a vocabulary that is padded first; what is padding is in no logical tensor. */
  VOCABULARY(0);

  private final int axis;

  Cut(int axis) {
    this.axis = axis;
  }

  /** The axis that is cut. */
  int axis() {
    return axis;
  }

  /**
   * What one of several ranks has of a tensor; empty where that is nothing but padding.
   *
   * @param shape the logical tensor's
   * @param padded its rows with those that are padding
   */
  Optional<Layout<String>> part(String tensor, Shape shape, int rank, int ranks, long padded) {
    Layout<String> whole = Layout.leaf(tensor);
    if (this == WHOLE || (ranks == 1 && this != VOCABULARY)) return Optional.of(whole);
    long extent = this == VOCABULARY ? padded : shape.dim(axis);
    int pieces = this == HALVES ? 2 * ranks : ranks;
    if (extent % pieces != 0)
      throw new MegatronException(
          "tensor %s %s: expected axis %d to be a multiple of %d, as %d ranks share it"
              .formatted(tensor, shape, axis, pieces, ranks));
    long share = extent / pieces;
    return switch (this) {
      case WHOLE, ROWS, COLUMNS -> Optional.of(whole.part(axis, rank * share, (rank + 1) * share));
      case HALVES ->
          Optional.of(
              Layout.concat(
                  0,
                  whole.part(0, rank * share, (rank + 1) * share),
                  whole.part(0, (ranks + rank) * share, (ranks + rank + 1) * share)));
      case VOCABULARY -> {
        long first = rank * share, end = Math.min(first + share, shape.dim(0));
        if (end <= first) yield Optional.empty();
        Layout<String> rows = first == 0 && end == shape.dim(0) ? whole : whole.part(0, first, end);
        yield Optional.of(end - first == share ? rows : rows.pad(0, share));
      }
    };
  }

  /** Which parts of a tensor, padded if it is a vocabulary, one of several ranks has. */
  List<Window> windows(Shape shape, int rank, int ranks, long padded) {
    Shape whole = this == VOCABULARY ? shape.with(0, padded) : shape;
    if (this == WHOLE) return List.of(Window.whole(whole));
    long share = whole.dim(axis) / (this == HALVES ? 2L * ranks : ranks);
    List<Long> begins =
        this == HALVES ? List.of(rank * share, (ranks + rank) * share) : List.of(rank * share);
    return begins.stream()
        .map(begin -> {
          List<Long> offsets = new ArrayList<>(Collections.nCopies(whole.rank(), 0L));
          offsets.set(axis, begin);
          return new Window(offsets, whole.with(axis, share));
        })
        .toList();
  }

  /** The shape of what one of several ranks has. */
  Shape share(Shape shape, int ranks, long padded) {
    if (this == WHOLE) return shape;
    return shape.with(axis, (this == VOCABULARY ? padded : shape.dim(axis)) / ranks);
  }
}
