package org.isomorph.layout;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.isomorph.tensor.Shape;

class MappingLaws {
  record Element(String tensor, long index) {}

  @Provide
  Arbitrary<Mapping<String, String>> mappings() {
    Arbitrary<String> names = Arbitraries.of("a", "b");
    return Combinators.combine(names, names, Boxes.any())
        .as(Piece<String, String>::new)
        .list()
        .ofMaxSize(4)
        .map(MappingLaws::writingOnce)
        .withoutEdgeCases();
  }

  /** Drops pieces that write what another has written. */
  private static Mapping<String, String> writingOnce(List<Piece<String, String>> pieces) {
    List<Piece<String, String>> kept = new ArrayList<>();
    Set<Element> written = new HashSet<>();
    for (Piece<String, String> piece : pieces) {
      Set<Element> more = new HashSet<>();
      Elements.visit(piece.box(), (_, to) -> more.add(new Element(piece.target(), to)));
      if (more.stream().noneMatch(written::contains)) {
        kept.add(piece);
        written.addAll(more);
      }
    }
    return new Mapping<>(kept);
  }

  private static Map<Element, Element> table(Mapping<String, String> mapping) {
    Map<Element, Element> table = new HashMap<>();
    for (Piece<String, String> piece : mapping.pieces())
      Elements.visit(
          piece.box(),
          (from, to) -> {
            Element before =
                table.put(new Element(piece.target(), to), new Element(piece.source(), from));
            if (before != null) throw new AssertionError(to + " is written twice: " + mapping);
          });
    return table;
  }

  @Property
  void compositionIsThatOfElements(
      @ForAll("mappings") Mapping<String, String> first,
      @ForAll("mappings") Mapping<String, String> second) {
    Map<Element, Element> expected = new HashMap<>();
    Map<Element, Element> before = table(first);
    table(second)
        .forEach((to, middle) -> {
          if (before.containsKey(middle)) expected.put(to, before.get(middle));
        });
    assertThat(table(first.then(second))).isEqualTo(expected);
  }

  @Property
  void compositionIsAssociative(
      @ForAll("mappings") Mapping<String, String> first,
      @ForAll("mappings") Mapping<String, String> second,
      @ForAll("mappings") Mapping<String, String> third) {
    assertThat(table(first.then(second).then(third)))
        .isEqualTo(table(first.then(second.then(third))));
  }

  @Property
  void inverseReturnsEachSourceElementFromACopyOfIt(
      @ForAll("mappings") Mapping<String, String> mapping) {
    Map<Element, Element> forth = table(mapping);
    Map<Element, Element> back = table(mapping.inverse());
    assertThat(back.keySet()).isEqualTo(new HashSet<>(forth.values()));
    back.forEach((source, copy) -> assertThat(forth.get(copy)).isEqualTo(source));
  }

  @Property
  void inverseThenMappingIsIdentityOnWhatItReads(
      @ForAll("mappings") Mapping<String, String> mapping) {
    table(mapping.then(mapping.inverse())).forEach((to, from) -> assertThat(from).isEqualTo(to));
    Map<Element, Element> again = table(mapping.inverse().then(mapping));
    assertThat(again.keySet()).isEqualTo(table(mapping).keySet());
    if (mapping.copies().pieces().isEmpty())
      again.forEach((to, from) -> assertThat(from).isEqualTo(to));
  }

  @Property
  void copiesArePairsOfTheChosenAndAnother(@ForAll("mappings") Mapping<String, String> mapping) {
    Map<Element, Element> forth = table(mapping);
    Set<Element> chosen = new HashSet<>(table(mapping.inverse()).values());
    Map<Element, Element> copies = table(mapping.copies());
    Set<Element> all = new HashSet<>(chosen);
    all.addAll(copies.keySet());
    assertThat(Collections.disjoint(copies.keySet(), chosen)).isTrue();
    assertThat(all).isEqualTo(forth.keySet());
    copies.forEach((copy, original) -> {
      assertThat(chosen).contains(original);
      assertThat(forth.get(copy)).isEqualTo(forth.get(original));
    });
  }

  @Property
  void coverageFindsTheFirstGapAndTheNumberOfGaps(
      @ForAll("mappings") Mapping<String, String> mapping) {
    Set<Element> written = table(mapping).keySet();
    long elements =
        1 + written.stream().mapToLong(Element::index).max().orElse(0); // the last may be a gap
    long first = -1;
    long gaps = 0;
    for (long k = elements - 1; k >= 0; k--)
      if (!written.contains(new Element("a", k))) {
        first = k;
        gaps++;
      }
    Coverage coverage = mapping.coverage("a", Shape.of(elements));
    assertThat(coverage.overlap()).isEmpty();
    assertThat(coverage.gaps()).isEqualTo(gaps);
    assertThat(coverage.firstGap().orElse(-1)).isEqualTo(first);
    assertThat(coverage.isPartition()).isEqualTo(gaps == 0);
  }

  @Property
  void coverageFindsWhatIsWrittenTwice(
      @ForAll("mappings") Mapping<String, String> one,
      @ForAll("mappings") Mapping<String, String> other) {
    Set<Element> both = new HashSet<>(table(one).keySet());
    both.retainAll(table(other).keySet());
    both.removeIf(element -> !element.tensor().equals("a"));
    Coverage coverage = Mapping.union(List.of(one, other)).coverage("a", Shape.of(100_000_000));
    assertThat(coverage.overlap().isPresent()).isEqualTo(!both.isEmpty());
    assertThat(coverage.isPartition()).isFalse();
  }
}
