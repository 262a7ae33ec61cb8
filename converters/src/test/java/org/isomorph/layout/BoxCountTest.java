package org.isomorph.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.isomorph.layout.Layout.concat;
import static org.isomorph.layout.Layout.each;
import static org.isomorph.layout.Layout.leaf;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.isomorph.tensor.Shape;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/** Real sizes stay a handful of boxes: the number depends on structure, never on rows. */
class BoxCountTest {
  private static final Layout<String> Q = leaf("q");
  private static final Layout<String> K = leaf("k");
  private static final Layout<String> V = leaf("v");

  // 64 query heads that share 8 key heads, 128 wide, in a model 8192 wide
  private static final Function<String, Shape> GQA =
      name -> Shape.of(name.equals("q") ? 8192 : 1024, 8192);
  private static final Function<String, Shape> MHA = _ -> Shape.of(8192, 8192);

  private static int count(Mapping<?, ?> mapping) {
    return mapping.pieces().size();
  }

  private static int count(Layout<String> layout, Function<String, Shape> parameters) {
    return count(layout.mapping("t", parameters));
  }

  @Test
  void aLayoutIsAFewBoxes() {
    assertThat(count(Packings.byPart(Q, K, V), GQA)).isEqualTo(3);
    assertThat(count(Packings.byGroup(8, Q, K, V), GQA)).isEqualTo(3);
    assertThat(count(Packings.byHead(64, Q, K, V), MHA)).isEqualTo(3);
    assertThat(count(Packings.rotaryPairs(64, Q), GQA)).isEqualTo(1);
    assertThat(count(Packings.rotaryPairs(64, 64, Q), GQA)).isEqualTo(2);
    assertThat(count(concat(0, Q, K, V).transpose(), GQA)).isEqualTo(3);
    assertThat(count(K.split(0, 8, -1).repeat(0, 8).merge(0, 1), GQA)).isEqualTo(1);
    assertThat(count(Packings.gateUpByRank(8, Q, V), MHA)).isEqualTo(2);
  }

  @Test
  void aConversionIsAFewBoxes() {
    Mapping<String, String> byHead = Packings.byHead(64, Q, K, V).mapping("s", MHA);
    Mapping<String, String> byPart = Packings.byPart(Q, K, V).mapping("t", MHA);
    Mapping<String, String> conv1d = concat(0, Q, K, V).transpose().mapping("u", MHA);
    assertThat(count(byHead.inverse().then(byPart))).isEqualTo(1); // a permutation of three axes
    assertThat(count(byPart.inverse().then(byHead))).isEqualTo(1);
    assertThat(count(byHead.inverse().then(conv1d))).isEqualTo(1);
    assertThat(count(conv1d.inverse().then(conv1d))).isEqualTo(1);
    assertThat(
            count(
                Packings.byGroup(8, Q, K, V)
                    .mapping("g", GQA)
                    .inverse()
                    .then(Packings.byPart(Q, K, V).mapping("p", GQA))))
        .isEqualTo(2); // queries; keys and values, which are alike
  }

  @Test
  void anEmbeddingOverEightRanksIsEightBoxes() {
    Function<String, Shape> embedding = _ -> Shape.of(131_072, 8192);
    assertThat(count(cut(0, 8, 131_072, embedding))).isEqualTo(8);
    assertThat(count(cut(0, 8, 131_072, embedding).inverse())).isEqualTo(8);
    Mapping<String, Long> columns = cut(1, 8, 8192, embedding);
    assertThat(count(columns)).isEqualTo(8);
    columns.inverse().requirePartition("w", Shape.of(131_072, 8192));
    // Rows of eight ranks from columns of eight ranks: each gives each a block.
    assertThat(count(columns.inverse().then(cut(0, 8, 131_072, embedding)))).isEqualTo(64);
  }

  private static Mapping<String, Long> cut(
      int axis, long ranks, long extent, Function<String, Shape> parameters) {
    List<Mapping<String, Long>> parts = new ArrayList<>();
    for (long rank = 0; rank < ranks; rank++)
      parts.add(
          Layout.<String>leaf("w")
              .part(axis, rank * extent / ranks, (rank + 1) * extent / ranks)
              .mapping(rank, parameters));
    return Mapping.union(parts);
  }

  @Test
  void stackedExpertsAreTwoBoxesEachAndAreQuicklyCutByRank() {
    Assertions.assertTimeout(
        Duration.ofSeconds(90),
        () -> {
          Layout<String> stacked =
              each(0, "i", each(0, "e", Packings.gateUp(leaf("gate"), leaf("up"))))
                  .bind(
                      Map.of(),
                      index -> index.equals("i") ? 61 : 256,
                      (name, at) -> at.get("i") + "." + at.get("e") + "." + name);
          Function<String, Shape> parameters = _ -> Shape.of(2048, 7168);
          Shape shape = Shape.of(61, 256, 4096, 7168); // 4.6e11 elements
          Mapping<String, String> mapping = stacked.mapping("t", parameters);
          assertThat(count(mapping)).isEqualTo(61 * 256 * 2);
          mapping.requirePartition("t", shape);
          // Expert-parallel over 8 ranks: every expert still is two boxes, in one of the ranks.
          Mapping<String, Long> ranks = mapping.then(cutOf("t", shape, 8));
          assertThat(count(ranks)).isEqualTo(61 * 256 * 2);
          assertThat(ranks.inverse().elements()).isEqualTo(shape.elements());
        });
  }

  private static Mapping<String, Long> cutOf(String name, Shape shape, long ranks) {
    List<Mapping<String, Long>> parts = new ArrayList<>();
    long extent = shape.dim(1) / ranks;
    for (long rank = 0; rank < ranks; rank++)
      parts.add(
          Layout.<String>leaf(name)
              .part(1, rank * extent, (rank + 1) * extent)
              .mapping(rank, _ -> shape));
    assertThat(count(Mapping.union(parts))).isEqualTo((int) ranks);
    return Mapping.union(parts);
  }

  @Test
  void coverageOfABillionElementsIsArithmetic() {
    Shape shape = Shape.of(131_072, 8192);
    Mapping<String, Long> seven =
        new Mapping<>(
            cut(1, 8, 8192, _ -> shape).pieces().stream()
                .filter(piece -> piece.target() != 5)
                .toList());
    Coverage coverage = seven.inverse().coverage("w", shape);
    assertThat(coverage.gaps()).isEqualTo(131_072L * 1024);
    assertThat(coverage.firstGap()).hasValue(5 * 1024);
  }
}
