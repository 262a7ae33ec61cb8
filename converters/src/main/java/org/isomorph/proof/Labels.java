package org.isomorph.proof;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.isomorph.graph.Piece;
import org.isomorph.runtime.PiecewiseModel;
import org.isomorph.spec.Value;
import org.isomorph.spec.Values;
import org.isomorph.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** What a model's pieces call values that people have a name for, and the other way round. */
final class Labels {
  private final PiecewiseModel model;

  /** Canonical names by what the graph calls these values. */
  private final Map<String, String> canonical = new LinkedHashMap<>();

  Labels(PiecewiseModel model) {
    this.model = model;
    for (Value value : Values.of(model.model()).all())
      canonical.putIfAbsent(model.handed(value.name()), value.name());
    for (String label : model.graph().outputs().keySet()) canonical.put(label, label);
  }

  /** The canonical name of what the graph calls so; null where people have none for it. */
  @Nullable String canonical(String label) {
    return canonical.get(label);
  }

  /** What a piece calls a value that it hands out. */
  String label(Piece piece, String name) {
    return piece.graph().outputs().containsKey(name) ? name : model.handed(name);
  }

  /** Those of these values that people have a name for, by that name. */
  Map<String, Tensor> named(Collection<String> labels, Map<String, Tensor> values) {
    Map<String, Tensor> named = new HashMap<>();
    for (String label : labels) {
      @Nullable Tensor value = values.get(label);
      String name = canonical.get(label);
      if (value != null && name != null) named.put(name, value);
    }
    return named;
  }

  /**
   * All of these values: masks and tables, which people have no name for, as the graph calls them.
   */
  Map<String, Tensor> all(Collection<String> labels, Map<String, Tensor> values) {
    Map<String, Tensor> all = named(labels, values);
    for (String label : labels) {
      @Nullable Tensor value = values.get(label);
      if (value != null && !canonical.containsKey(label)) all.put(label, value);
    }
    return all;
  }
}
