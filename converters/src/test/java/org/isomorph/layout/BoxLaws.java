package org.isomorph.layout;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class BoxLaws {

  @Provide
  Arbitrary<Box> boxes() {
    return Boxes.any().withoutEdgeCases();
  }

  @Provide
  Arbitrary<Box> injective() {
    return Boxes.injective().withoutEdgeCases();
  }

  @Property
  void canonicalFormIsIndependentOfTheOrderOfDims(@ForAll("boxes") Box box) {
    assertThat(new Box(box.from(), box.to(), box.dims().reversed())).isEqualTo(box);
  }

  @Property
  void boxesAreEqualExactlyIfTheyMapTheSameElements(
      @ForAll("boxes") Box one, @ForAll("boxes") Box other) {
    assertThat(one.equals(other))
        .isEqualTo(Elements.table(List.of(one)).equals(Elements.table(List.of(other))));
  }

  @Property
  void inverseSwapsSidesAndIsItsOwnInverse(@ForAll("injective") Box box) {
    Map<Long, Long> swapped = new HashMap<>();
    Elements.table(List.of(box)).forEach((to, from) -> swapped.put(from, to));
    assertThat(Elements.table(List.of(box.inverse()))).isEqualTo(swapped);
    assertThat(box.inverse().inverse()).isEqualTo(box);
  }

  @Property(tries = 5000)
  void compositionIsThatOfElements(@ForAll("boxes") Box first, @ForAll("boxes") Box second) {
    Map<Long, Long> expected = new HashMap<>();
    Map<Long, Long> before = Elements.table(List.of(first));
    Elements.table(List.of(second))
        .forEach((to, middle) -> {
          if (before.containsKey(middle)) expected.put(to, before.get(middle));
        });
    List<Box> composed = Composition.of(first, second);
    assertThat(Elements.table(composed)).isEqualTo(expected);
    assertThat(Elements.table(Fusion.fuseBoxes(composed))).isEqualTo(expected);
  }

  @Property
  void complementIsEverythingElse(@ForAll("injective") Box box) {
    Box region = Region.written(box);
    long last = region.lastTo() + 3;
    Map<Long, Long> all = Elements.table(List.of(region));
    Map<Long, Long> rest = Elements.table(Region.complement(region, last));
    assertThat(Collections.disjoint(rest.keySet(), all.keySet())).isTrue();
    assertThat(all.size() + rest.size()).isEqualTo((int) last + 1);
    rest.forEach((to, from) -> assertThat(from).isEqualTo(to));
  }

  @Property
  void elementsBelowAreCounted(@ForAll("injective") Box box) {
    Map<Long, Long> table = Elements.table(List.of(box));
    for (long limit = 0; limit <= box.lastTo() + 2; limit++) {
      long below = limit;
      assertThat(Region.writtenBelow(box, limit))
          .isEqualTo(table.keySet().stream().filter(element -> element < below).count());
    }
  }
}
