package org.isomorph.convert;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.isomorph.layout.Mapping;
import org.isomorph.spec.Model;
import org.isomorph.spec.Parameter;
import org.isomorph.spec.Parameters;
import org.isomorph.tensor.Shape;

/**
 * Where each parameter of an adjusted model comes from: which elements of the source's parameters,
 * and what is computed on the way.
 */
final class Origins {
  /**
   * The origin of one parameter.
   *
   * @param from from the source's parameters to this one; empty for a parameter of zeros
   * @param transform what is computed once the elements are in place
   */
  record Origin(Mapping<String, String> from, Optional<Transform> transform) {}

  private final Map<String, Origin> origins;
  private final Map<String, Shape> shapes;

  private Origins(Map<String, Origin> origins, Map<String, Shape> shapes) {
    this.origins = origins;
    this.shapes = shapes;
  }

  /** Every parameter of {@code source} from itself. */
  static Origins of(Model source) {
    Map<String, Origin> origins = new LinkedHashMap<>();
    Map<String, Shape> shapes = shapes(source);
    shapes.forEach((name, shape) ->
        origins.put(name, new Origin(Mapping.copy(name, name, shape), Optional.empty())));
    return new Origins(origins, shapes);
  }

  /** The origins after one more step. */
  Origins then(Step step) {
    Map<String, Origin> after = new LinkedHashMap<>();
    Map<String, Shape> next = shapes(step.model());
    next.forEach((name, shape) ->
        after.put(name, origin(name, shape, Optional.ofNullable(step.changes().get(name)))));
    return new Origins(after, next);
  }

  private Origin origin(String name, Shape shape, Optional<Change> change) {
    if (change.isEmpty()) return known(name, shape);
    return switch (change.get()) {
      case Change.Zeros _ -> new Origin(new Mapping<>(List.of()), Optional.empty());
      case Change.Computed computed -> computed(name, known(name, shape), computed.transform());
      case Change.Arranged arranged -> arranged(name, arranged);
    };
  }

  private Origin known(String name, Shape shape) {
    Origin before = origins.get(name);
    if (before == null || !shape(name).equals(shape))
      throw new IllegalStateException(
          "a step leaves open where parameter " + name + " " + shape + " comes from");
    return before;
  }

  private static Origin computed(String name, Origin before, Transform transform) {
    if (before.transform().isPresent())
      throw new IllegalStateException(
          "parameter " + name + " would be computed twice, and rounded twice");
    return new Origin(before.from(), Optional.of(transform));
  }

  private Origin arranged(String name, Change.Arranged arranged) {
    List<Mapping<String, String>> parts = new ArrayList<>();
    Set<Transform> transforms = new HashSet<>();
    for (String part : arranged.layout().parameters()) {
      Origin origin = origins.get(part);
      if (origin == null)
        throw new IllegalStateException(
            "a step makes " + name + " of " + part + ", which the model does not have");
      parts.add(origin.from());
      origin.transform().ifPresent(transforms::add);
    }
    if (!transforms.isEmpty())
      throw new IllegalStateException(
          "parameter " + name + " would be arranged from a computed one");
    return new Origin(
        Mapping.union(parts).then(arranged.layout().mapping(name, this::shape)), Optional.empty());
  }

  /** The origin of every parameter, in the order of computation. */
  Map<String, Origin> all() {
    return origins;
  }

  /** What a parameter is computed by; only for one that is. */
  Transform transform(String parameter) {
    Origin origin = origins.get(parameter);
    if (origin == null) throw new IllegalArgumentException("no parameter is called " + parameter);
    return origin.transform().orElseThrow();
  }

  Shape shape(String parameter) {
    Shape shape = shapes.get(parameter);
    if (shape == null) throw new IllegalArgumentException("no parameter is called " + parameter);
    return shape;
  }

  private static Map<String, Shape> shapes(Model model) {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    for (Parameter parameter : Parameters.of(model))
      shapes.put(parameter.name(), parameter.shape());
    return shapes;
  }
}
