package org.isomorph.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.isomorph.layout.Layout.concat;
import static org.isomorph.layout.Layout.each;
import static org.isomorph.layout.Layout.leaf;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.isomorph.tensor.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The layouts that real checkpoints use, against their element order written as plain loops. */
class PackingsTest {
  private static final Layout<String> Q = leaf("q");
  private static final Layout<String> K = leaf("k");
  private static final Layout<String> V = leaf("v");

  /** The rows of a tensor, written one after another as labels of elements. */
  private static final class Rows {
    private final List<String> labels = new ArrayList<>();

    /** Row {@code row} of a parameter whose rows are {@code in} long. */
    void add(String parameter, long row, long in) {
      for (long column = 0; column < in; column++) labels.add(parameter + (row * in + column));
    }

    void addPadding(long rows, long in) {
      for (long k = 0; k < rows * in; k++) labels.add(Elements.PADDING);
    }
  }

  private static Function<String, Shape> shapes(Object... namesAndShapes) {
    Map<String, Shape> shapes = new HashMap<>();
    for (int k = 0; k < namesAndShapes.length; k += 2)
      shapes.put((String) namesAndShapes[k], (Shape) namesAndShapes[k + 1]);
    return shapes::get;
  }

  /** Checks the elements of a layout, and that its inverse brings every parameter back. */
  private static void assertRows(
      Layout<String> layout, Function<String, Shape> parameters, Rows expected) {
    Shape shape = layout.shape(parameters);
    Mapping<String, String> mapping = layout.mapping("t", parameters);
    assertThat(Elements.written(mapping, "t", shape).labels()).isEqualTo(expected.labels);
    for (String name : layout.parameters()) {
      mapping.inverse().requirePartition(name, parameters.apply(name));
      assertThat(Elements.written(mapping.then(mapping.inverse()), name, parameters.apply(name)))
          .isEqualTo(Elements.parameter(name, parameters.apply(name)));
    }
  }

  private static Function<String, Shape> qkv(long heads, long groups, long dim, long in) {
    return in == 0
        ? shapes(
            "q", Shape.of(heads * dim), "k", Shape.of(groups * dim), "v", Shape.of(groups * dim))
        : shapes(
            "q", Shape.of(heads * dim, in),
            "k", Shape.of(groups * dim, in),
            "v", Shape.of(groups * dim, in));
  }

  private static Rows groupRows(long heads, long groups, long dim, long in) {
    Rows rows = new Rows();
    for (long group = 0; group < groups; group++) {
      for (long head = group * heads / groups; head < (group + 1) * heads / groups; head++)
        for (long d = 0; d < dim; d++) rows.add("q", head * dim + d, in);
      for (long d = 0; d < dim; d++) rows.add("k", group * dim + d, in);
      for (long d = 0; d < dim; d++) rows.add("v", group * dim + d, in);
    }
    return rows;
  }

  @ParameterizedTest(name = "{0} heads in {1} groups of dim {2}")
  @CsvSource({"8, 2, 4, 3", "4, 4, 2, 5", "6, 1, 3, 2", "9, 3, 5, 7", "1, 1, 1, 1"})
  void queriesByGroupAsMegatronAndFalconHaveThem(long heads, long groups, long dim, long in) {
    Layout<String> layout = Packings.byGroup(groups, Q, K, V);
    assertRows(layout, qkv(heads, groups, dim, in), groupRows(heads, groups, dim, in));
    // biases
    assertRows(layout, qkv(heads, groups, dim, 0), groupRows(heads, groups, dim, 1));
  }

  @Test
  void queriesByHeadAsBloomHasThem() {
    Rows rows = new Rows();
    for (long head = 0; head < 4; head++)
      for (String name : List.of("q", "k", "v"))
        for (long d = 0; d < 3; d++) rows.add(name, head * 3 + d, 2);
    assertRows(Packings.byHead(4, Q, K, V), qkv(4, 4, 3, 2), rows);
  }

  @Test
  void unequalPartsAsChatGlm2HasThem() {
    Rows rows = new Rows();
    for (long row = 0; row < 32; row++) rows.add("q", row, 3);
    for (long row = 0; row < 8; row++) rows.add("k", row, 3);
    for (long row = 0; row < 8; row++) rows.add("v", row, 3);
    assertRows(Packings.byPart(Q, K, V), qkv(8, 2, 4, 3), rows);
  }

  @Test
  void fiveProjectionsInOneAsPalmHasThem() {
    Layout<String> layout = concat(0, Q, K, V, leaf("x"), leaf("gate"));
    Rows rows = new Rows();
    for (long row = 0; row < 8; row++) rows.add("q", row, 3);
    for (long row = 0; row < 2; row++) rows.add("k", row, 3);
    for (long row = 0; row < 2; row++) rows.add("v", row, 3);
    for (long row = 0; row < 5; row++) rows.add("x", row, 3);
    for (long row = 0; row < 5; row++) rows.add("gate", row, 3);
    assertRows(
        layout,
        shapes(
            "q", Shape.of(8, 3),
            "k", Shape.of(2, 3),
            "v", Shape.of(2, 3),
            "x", Shape.of(5, 3),
            "gate", Shape.of(5, 3)),
        rows);
  }

  @Test
  void conv1dOfGpt2IsTheTransposeOfTheParts() {
    Layout<String> layout = concat(0, Q, K, V).transpose();
    Rows elements = new Rows(); // [in, 3 out]: element (i, o) is weight (o, i)
    for (long i = 0; i < 4; i++)
      for (String name : List.of("q", "k", "v"))
        for (long o = 0; o < 2; o++) elements.labels.add(name + (o * 4 + i));
    assertRows(layout, qkv(2, 2, 1, 4), elements);
    assertThat(layout).hasToString("concat(0, q, k, v).transpose()");
  }

  @Test
  void stackedExpertsBindLayerAndExpertByTheirAxes() {
    Layout<String> layout =
        each(0, "i", each(0, "e", Packings.gateUp(leaf("gate"), leaf("up"))))
            .bind(
                Map.of(),
                index -> index.equals("i") ? 2 : 3,
                (name, at) -> at.get("i") + "." + at.get("e") + "." + name + ".");
    Function<String, Shape> parameters = _ -> Shape.of(5, 4);
    Rows rows = new Rows();
    for (long layer = 0; layer < 2; layer++)
      for (long expert = 0; expert < 3; expert++)
        for (String name : List.of("gate", "up"))
          for (long row = 0; row < 5; row++)
            rows.add(layer + "." + expert + "." + name + ".", row, 4);
    assertThat(layout.shape(parameters)).isEqualTo(Shape.of(2, 3, 10, 4)); // [L, E, 2f, h]
    assertRows(layout, parameters, rows);
  }

  @Test
  void anOddVocabularyIsPaddedAndSplitOverTwoRanks() {
    Layout<String> padded = leaf("w").pad(0, 256);
    Function<String, Shape> parameters = shapes("w", Shape.of(131, 2));
    Rows first = new Rows();
    Rows second = new Rows();
    for (long row = 0; row < 128; row++) first.add("w", row, 2);
    for (long row = 128; row < 131; row++) second.add("w", row, 2);
    second.addPadding(125, 2);
    assertRank(padded.part(0, 0, 128), parameters, first);
    assertRank(padded.part(0, 128), parameters, second);
    assertThat(padded.part(0, 0, 128).padding(parameters)).isEmpty();
    assertThat(padded.part(0, 128).padding(parameters))
        .containsExactly(new Box(0, 6, List.of(new Box.Dim(250, 0, 1))));
    Mapping<String, Integer> ranks =
        Mapping.union(
            List.of(
                padded.part(0, 0, 128).mapping(0, parameters),
                padded.part(0, 128).mapping(1, parameters)));
    assertThat(ranks.inverse().pieces()).hasSize(2);
    ranks.inverse().requirePartition("w", Shape.of(131, 2));
  }

  private static void assertRank(
      Layout<String> layout, Function<String, Shape> parameters, Rows expected) {
    assertThat(
            Elements.written(layout.mapping("t", parameters), "t", layout.shape(parameters))
                .labels())
        .isEqualTo(expected.labels);
  }

  @Test
  void aRankHoldsItsGateRowsThenItsUpRows() {
    Function<String, Shape> parameters = shapes("gate", Shape.of(6, 2), "up", Shape.of(6, 2));
    Layout<String> byRank = Packings.gateUpByRank(2, leaf("gate"), leaf("up"));
    Rows all = new Rows();
    for (long rank = 0; rank < 2; rank++) {
      Rows ofRank = new Rows();
      for (Rows rows : List.of(all, ofRank)) {
        for (long row = rank * 3; row < rank * 3 + 3; row++) rows.add("gate", row, 2);
        for (long row = rank * 3; row < rank * 3 + 3; row++) rows.add("up", row, 2);
      }
      assertRank(byRank.part(0, rank * 6, rank * 6 + 6), parameters, ofRank);
    }
    assertRows(byRank, parameters, all);
  }

  @Test
  void rotaryPartnersMoveBetweenNeighboursAndHalves() {
    Function<String, Shape> parameters = qkv(3, 3, 6, 2);
    Rows pairs = new Rows();
    Rows halves = new Rows();
    for (long head = 0; head < 3; head++) {
      for (long i = 0; i < 3; i++)
        for (long half = 0; half < 2; half++) pairs.add("q", head * 6 + half * 3 + i, 2);
      for (long half = 0; half < 2; half++)
        for (long i = 0; i < 3; i++) halves.add("q", head * 6 + 2 * i + half, 2);
    }
    assertRows(Packings.rotaryPairs(3, Q), parameters, pairs);
    assertRows(Packings.rotaryHalves(3, Q), parameters, halves);
    assertThat(Packings.rotaryHalves(3, Packings.rotaryPairs(3, Q)).mapping("q", parameters))
        .isEqualTo(Mapping.copy("q", "q", Shape.of(18, 2)));
  }

  @Test
  void whatIsNotRotatedStaysInPlace() {
    Function<String, Shape> parameters = qkv(2, 2, 6, 1);
    Rows pairs = new Rows();
    for (long head = 0; head < 2; head++)
      for (long row : new long[] {0, 2, 1, 3, 4, 5}) pairs.add("q", head * 6 + row, 1);
    assertRows(Packings.rotaryPairs(2, 4, Q), parameters, pairs);
    assertThat(Packings.rotaryHalves(2, 4, Packings.rotaryPairs(2, 4, Q)).mapping("q", parameters))
        .isEqualTo(Mapping.copy("q", "q", Shape.of(12, 1)));
  }

  @Test
  void oneFusedOrderBecomesAnotherWithoutAnIntermediate() {
    Function<String, Shape> parameters = qkv(4, 4, 3, 2);
    Mapping<String, String> byHead = Packings.byHead(4, Q, K, V).mapping("bloom", parameters);
    Mapping<String, String> byPart = Packings.byPart(Q, K, V).mapping("qwen", parameters);
    Mapping<String, String> byGroup = Packings.byGroup(4, Q, K, V).mapping("falcon", parameters);
    Rows expected = new Rows(); // q | k | v, each row taken from (head, 3, headDim)
    for (long part = 0; part < 3; part++)
      for (long head = 0; head < 4; head++)
        for (long d = 0; d < 3; d++) expected.add("bloom", head * 9 + part * 3 + d, 2);
    assertThat(Elements.written(byHead.inverse().then(byPart), "qwen", Shape.of(36, 2)).labels())
        .isEqualTo(expected.labels);
    // With as many groups as heads, by group and by head are the same order.
    assertThat(byHead.inverse().then(byPart).then(byPart.inverse()).then(byGroup))
        .isEqualTo(Mapping.copy("bloom", "falcon", Shape.of(36, 2)));
  }

  @Test
  void twoRanksBecomeThreeUnevenOnes() {
    Function<String, Shape> parameters = shapes("w", Shape.of(10, 3));
    Mapping<String, String> two = ranks("two", parameters, 0, 5, 10);
    Mapping<String, String> three = ranks("three", parameters, 0, 4, 7, 10);
    assertThat(two.inverse().then(three).pieces())
        .containsExactly(
            new Piece<>("two0", "three0", Box.run(0, 0, 12)),
            new Piece<>("two0", "three1", Box.run(12, 0, 3)),
            new Piece<>("two1", "three1", Box.run(0, 3, 6)),
            new Piece<>("two1", "three2", Box.run(6, 0, 9)));
  }

  private static Mapping<String, String> ranks(
      String name, Function<String, Shape> parameters, long... cuts) {
    List<Mapping<String, String>> parts = new ArrayList<>();
    for (int rank = 0; rank + 1 < cuts.length; rank++)
      parts.add(
          Layout.<String>leaf("w")
              .part(0, cuts[rank], cuts[rank + 1])
              .mapping(name + rank, parameters));
    return Mapping.union(parts);
  }
}
