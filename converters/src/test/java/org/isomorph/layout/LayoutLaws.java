package org.isomorph.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.isomorph.layout.Layout.concat;
import static org.isomorph.layout.Layout.leaf;
import static org.isomorph.layout.Layout.stack;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.isomorph.tensor.Shape;

class LayoutLaws {

  /** A random layout, and the shapes of its parameters. */
  record Sample(Layout<String> layout, Map<String, Shape> parameters) {}

  @Provide
  Arbitrary<Sample> samples() {
    return Arbitraries.randomValue(random -> new Builder(random, true).sample());
  }

  @Provide
  Arbitrary<Sample> bijections() {
    return Arbitraries.randomValue(random -> new Builder(random, false).sample());
  }

  @Property(tries = 3000)
  void boxesWriteWhatEachOperatorSays(@ForAll("samples") Sample sample) {
    Layout<String> layout = sample.layout();
    Shape shape = layout.shape(sample.parameters()::get);
    assertThat(Elements.written(layout.mapping("t", sample.parameters()::get), "t", shape))
        .isEqualTo(Elements.of(layout, sample.parameters()::get));
  }

  @Property
  void mappingAndPaddingArePartsOfTheTensor(@ForAll("samples") Sample sample) {
    Layout<String> layout = sample.layout();
    Mapping<String, String> mapping = layout.mapping("t", sample.parameters()::get);
    long padding = layout.padding(sample.parameters()::get).stream().mapToLong(Box::elements).sum();
    Shape shape = layout.shape(sample.parameters()::get);
    assertThat(mapping.coveredElements("t") + padding).isEqualTo(shape.elements());
    assertThat(mapping.coverage("t", shape).gaps()).isEqualTo(padding);
    assertThat(mapping.coverage("t", shape).overlap()).isEmpty();
  }

  @Property
  void inverseOfABijectionLosesNothing(@ForAll("bijections") Sample sample) {
    Layout<String> layout = sample.layout();
    Mapping<String, String> mapping = layout.mapping("t", sample.parameters()::get);
    Shape shape = layout.shape(sample.parameters()::get);
    mapping.requirePartition("t", shape);
    assertThat(mapping.copies().pieces()).isEmpty();
    assertThat(Elements.written(mapping.inverse().then(mapping), "t", shape))
        .isEqualTo(Elements.parameter("t", shape));
    for (String name : layout.parameters()) {
      Shape parameter = sample.parameters().get(name);
      mapping.inverse().requirePartition(name, parameter);
      assertThat(Elements.written(mapping.then(mapping.inverse()), name, parameter))
          .isEqualTo(Elements.parameter(name, parameter));
    }
  }

  @Property
  void theInverseOfALayoutWithCopiesReturnsEveryElementThatOccurs(
      @ForAll("samples") Sample sample) {
    Mapping<String, String> mapping = sample.layout().mapping("t", sample.parameters()::get);
    Mapping<String, String> again = mapping.inverse().then(mapping);
    assertThat(again.coveredElements("t")).isEqualTo(mapping.coveredElements("t"));
    assertThat(mapping.copies().elements())
        .isEqualTo(mapping.elements() - mapping.inverse().elements());
  }

  /** Grows a layout operator by operator, always one that fits the shape so far. */
  private static final class Builder {
    private final Random random;
    private final boolean mayRepeat; // and cut, and pad: what a bijection may not
    private final Map<String, Shape> parameters = new HashMap<>();

    Builder(Random random, boolean mayRepeat) {
      this.random = random;
      this.mayRepeat = mayRepeat;
    }

    Sample sample() {
      Layout<String> layout = parameter(shape());
      for (int steps = random.nextInt(7); steps > 0; steps--) layout = grow(layout);
      return new Sample(layout, parameters);
    }

    private Shape shape() {
      return Shape.of(
          IntStream.range(0, 1 + random.nextInt(3))
              .mapToLong(_ -> 1 + random.nextInt(5))
              .toArray());
    }

    /** A new parameter, or one there is already, of that shape. */
    private Layout<String> parameter(Shape shape) {
      if (mayRepeat && random.nextInt(4) == 0)
        for (Map.Entry<String, Shape> known : parameters.entrySet())
          if (known.getValue().equals(shape)) return leaf(known.getKey());
      String name = Character.toString('a' + parameters.size());
      parameters.put(name, shape);
      return leaf(name);
    }

    private Layout<String> grow(Layout<String> layout) {
      Shape shape = layout.shape(parameters::get);
      if (shape.rank() == 0 || shape.elements() == 0 || shape.elements() > 400) return layout;
      int axis = random.nextInt(shape.rank());
      long extent = shape.dim(axis);
      return switch (random.nextInt(mayRepeat ? 10 : 6)) {
        case 0 ->
            random.nextBoolean()
                ? concat(axis, layout, parameter(shape.with(axis, 1 + random.nextInt(4))))
                : concat(axis, parameter(shape.with(axis, 1 + random.nextInt(4))), layout);
        case 1 -> stack(random.nextInt(shape.rank() + 1), layout, parameter(shape));
        case 2, 3 -> {
          long[] divisors =
              IntStream.rangeClosed(1, (int) extent)
                  .filter(size -> extent % size == 0)
                  .asLongStream()
                  .toArray();
          long size = divisors[random.nextInt(divisors.length)];
          yield random.nextBoolean() ? layout.split(axis, size, -1) : layout.split(axis, -1, size);
        }
        case 4 -> layout.merge(axis, axis + random.nextInt(shape.rank() - axis));
        case 5 -> {
          int[] axes = IntStream.rangeClosed(0, axis).toArray();
          for (int k = axes.length - 1; k > 0; k--) {
            int other = random.nextInt(k + 1);
            int kept = axes[k];
            axes[k] = axes[other];
            axes[other] = kept;
          }
          yield layout.permute(axes);
        }
        case 6 -> {
          long from = random.nextInt((int) extent + 1);
          yield random.nextBoolean()
              ? layout.part(axis, from)
              : layout.part(axis, from, from + random.nextInt((int) (extent - from) + 1));
        }
        case 7 -> layout.repeat(axis, 1 + random.nextInt(3));
        case 8 -> layout.pad(axis, extent + random.nextInt(4));
        default -> layout.broadcast(random.nextInt(shape.rank() + 1), 1 + random.nextInt(3));
      };
    }
  }
}
