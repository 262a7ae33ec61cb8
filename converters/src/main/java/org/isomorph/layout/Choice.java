package org.isomorph.layout;

import java.util.ArrayList;
import java.util.List;
import org.isomorph.layout.Box.Dim;

/**
 * A mapping cut in two: for each source element the first of its copies, and all others.
 *
 * @param chosen reads no source element twice
 * @param others reads only what {@code chosen} reads too
 */
record Choice<S, T>(Mapping<S, T> chosen, Mapping<S, T> others) {

  static <S, T> Choice<S, T> of(Mapping<S, T> mapping) {
    List<Piece<S, T>> chosen = new ArrayList<>();
    List<Piece<S, T>> others = new ArrayList<>();
    for (List<Piece<S, T>> pieces : mapping.bySource().values()) {
      Ranges<Piece<S, T>> ranges =
          new Ranges<>(pieces, piece -> piece.box().from(), piece -> piece.box().lastFrom());
      if (ranges.areDisjoint() && pieces.stream().noneMatch(piece -> piece.box().repeats()))
        chosen.addAll(pieces);
      else choose(pieces, chosen, others);
    }
    return new Choice<>(new Mapping<>(chosen), new Mapping<>(others));
  }

  private static <S, T> void choose(
      List<Piece<S, T>> pieces, List<Piece<S, T>> chosen, List<Piece<S, T>> others) {
    List<Box> taken = new ArrayList<>();
    for (Piece<S, T> piece : pieces) {
      List<Box> fresh = List.of(withoutRepeats(piece, others));
      for (Box region : taken) fresh = without(region, fresh, piece, others);
      for (Box box : fresh) {
        taken.add(Region.read(box));
        chosen.add(new Piece<>(piece.source(), piece.target(), box));
      }
    }
  }

  /** The first copy of each element within a piece; the others are put aside. */
  private static <S, T> Box withoutRepeats(Piece<S, T> piece, List<Piece<S, T>> others) {
    Box box = piece.box();
    List<Dim> dims = new ArrayList<>(box.dims());
    for (Dim dim : box.dims()) {
      if (dim.fromStride() > 0) continue;
      dims.remove(dim);
      List<Dim> behind = new ArrayList<>(dims);
      behind.add(new Dim(dim.extent() - 1, 0, dim.toStride()));
      others.add(
          new Piece<>(
              piece.source(),
              piece.target(),
              new Box(box.from(), box.to() + dim.toStride(), behind)));
    }
    return new Box(box.from(), box.to(), dims);
  }

  /** The boxes without what they read of a region; that is put aside. */
  private static <S, T> List<Box> without(
      Box region, List<Box> boxes, Piece<S, T> piece, List<Piece<S, T>> others) {
    List<Box> result = new ArrayList<>();
    for (Box box : boxes) {
      List<Box> common = Composition.of(region, box);
      if (common.isEmpty()) {
        result.add(box);
        continue;
      }
      for (Box again : common) others.add(new Piece<>(piece.source(), piece.target(), again));
      List<Box> rest = new ArrayList<>();
      for (Box elsewhere : Region.complement(region, box.lastFrom()))
        rest.addAll(Composition.of(elsewhere, box));
      result.addAll(Fusion.fuseBoxes(rest));
    }
    return result;
  }
}
