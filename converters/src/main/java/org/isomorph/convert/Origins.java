package org.isomorph.convert;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.isomorph.layout.Layout;
import org.isomorph.layout.Mapping;
import org.isomorph.spec.Model;
import org.isomorph.spec.Parameter;
import org.isomorph.spec.Parameters;
import org.isomorph.tensor.Shape;
import org.jspecify.annotations.Nullable;

/**
 * Where each parameter of an adjusted model comes from: which elements of the source's parameters,
 * and what is computed on the way.
 *
 * <p>Worked out parameter by parameter, backwards through the steps, when it is asked for: evidence
 * concerns a few of them, and a mixture of experts has 100,000.
 */
final class Origins {
  /**
   * The origin of one parameter.
   *
   * @param from from the source's parameters to this one; empty for a parameter of zeros
   * @param transform what is computed once the elements are in place
   */
  record Origin(Mapping<String, String> from, Optional<Transform> transform) {}

  private final @Nullable Origins before;
  private final Map<String, Change> changes;
  private final Model model;
  private final Map<String, Origin> known = new HashMap<>();
  private @Nullable Map<String, Shape> shapes;

  private Origins(@Nullable Origins before, Map<String, Change> changes, Model model) {
    this.before = before;
    this.changes = changes;
    this.model = model;
  }

  /** Every parameter of {@code source} from itself. */
  static Origins of(Model source) {
    return new Origins(null, Map.of(), source);
  }

  /** The origins after one more step. */
  Origins then(Step step) {
    return new Origins(this, step.changes(), step.model());
  }

  /** The origins after some steps. */
  static Origins of(Model source, List<Step> steps) {
    Origins origins = of(source);
    for (Step step : steps) origins = origins.then(step);
    return origins;
  }

  /** The origin of one parameter. */
  Origin of(String name) {
    Origin found = known.get(name);
    if (found == null) {
      found = find(name);
      known.put(name, found);
    }
    return found;
  }

  private Origin find(String name) {
    if (before == null) return new Origin(Mapping.copy(name, name, shape(name)), Optional.empty());
    Change change = changes.get(name);
    return change == null ? same(before, name) : changed(before, name, change);
  }

  private Origin same(Origins before, String name) {
    Shape had = before.shapes().get(name);
    if (had == null || !had.equals(shape(name)))
      throw new IllegalStateException(
          "a step leaves open where parameter " + name + " " + shape(name) + " comes from");
    return before.of(name);
  }

  private Origin changed(Origins before, String name, Change change) {
    return switch (change) {
      case Change.Zeros _ -> new Origin(new Mapping<>(List.of()), Optional.empty());
      case Change.Computed computed -> computed(same(before, name), computed.transform());
      case Change.Arranged arranged -> arranged(before, name, arranged.layout());
    };
  }

  /** What is computed twice is computed at once, and rounded at the end. */
  private static Origin computed(Origin origin, Transform next) {
    return new Origin(
        origin.from(),
        Optional.of(origin.transform().map(first -> Composed.of(first, next)).orElse(next)));
  }

  /** Elements that are computed one by one can be put in their places first. */
  private static Origin arranged(Origins before, String name, Layout<String> layout) {
    List<Origin> parts = layout.parameters().stream().map(before::of).toList();
    List<Optional<Transform>> transforms =
        parts.stream().map(Origin::transform).distinct().toList();
    boolean alike =
        transforms.size() == 1
            && transforms.getFirst().stream()
                .allMatch(transform -> transform.need() == Transform.Need.ELEMENTS);
    if (!alike)
      throw new IllegalStateException(
          "parameter " + name + " would be arranged from parts that are computed otherwise");
    return new Origin(
        Mapping.union(parts.stream().map(Origin::from).toList())
            .then(layout.mapping(name, before::shape)),
        transforms.getFirst());
  }

  /** The origin of every parameter, in the order of computation. */
  Map<String, Origin> all() {
    Map<String, Origin> all = new LinkedHashMap<>();
    for (String name : shapes().keySet()) all.put(name, of(name));
    return all;
  }

  /** What a parameter is computed by; only for one that is. */
  Transform transform(String parameter) {
    return of(parameter).transform().orElseThrow();
  }

  Shape shape(String parameter) {
    Shape shape = shapes().get(parameter);
    if (shape == null) throw new IllegalArgumentException("no parameter is called " + parameter);
    return shape;
  }

  private Map<String, Shape> shapes() {
    Map<String, Shape> all = shapes;
    if (all == null) {
      all = new LinkedHashMap<>();
      for (Parameter parameter : Parameters.of(model)) all.put(parameter.name(), parameter.shape());
      shapes = all;
    }
    return all;
  }
}
