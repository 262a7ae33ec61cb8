package org.isomorph.dialect;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.isomorph.layout.Layout;
import org.isomorph.spec.Parameter;
import org.isomorph.tensor.Shape;

/**
 * Finds, for one model's parameters, the tensors that a family's rows make of them.
 *
 * <p>Every parameter is matched against the leaves of all rows; what its match gives to the indices
 * of the row's name says which tensor it is part of. Names are looked up by their shape (numbers
 * aside) first, so that ninety thousand parameters against fifty rows cost ninety thousand matches.
 */
final class TableBinding {
  private record Leaf(Row.Stored row, Template template) {}

  /** One tensor: a row, and values for the indices of its name. */
  private record Key(Row.Stored row, Map<String, Long> indices) {}

  private final Map<String, Parameter> parameters;
  private final Map<String, List<Leaf>> leaves = new HashMap<>();

  TableBinding(Map<String, Parameter> parameters, List<Row> rows) {
    this.parameters = parameters;
    for (Row row : rows)
      if (row instanceof Row.Stored stored)
        for (Template leaf : stored.layout().parameters())
          leaves.computeIfAbsent(leaf.key(), _ -> new ArrayList<>()).add(new Leaf(stored, leaf));
  }

  List<Table.Entry> entries() {
    Map<Key, Map<String, Long>> counts = new LinkedHashMap<>();
    for (String parameter : parameters.keySet())
      for (Leaf leaf : leaves.getOrDefault(Template.key(parameter), List.of())) {
        Optional<Map<String, Long>> match = leaf.template().match(parameter);
        if (match.isEmpty()) continue;
        Map<String, Long> byName = new HashMap<>(match.get());
        byName.keySet().retainAll(leaf.row().name().indices());
        Map<String, Long> count =
            counts.computeIfAbsent(new Key(leaf.row(), byName), _ -> new HashMap<>());
        match.get().forEach((index, value) -> count.merge(index, value + 1, Math::max));
      }
    List<Table.Entry> entries = new ArrayList<>(counts.size());
    counts.forEach((key, count) -> entries.add(entry(key, count)));
    return List.copyOf(entries);
  }

  private Table.Entry entry(Key key, Map<String, Long> counts) {
    String name = key.row().name().fill(key.indices());
    Layout<String> layout =
        key.row()
            .layout()
            .bind(
                key.indices(),
                index -> counts.getOrDefault(index, 0L),
                (leaf, indices) -> leaf.fill(indices));
    for (String parameter : layout.parameters())
      if (!parameters.containsKey(parameter))
        throw new DialectException(
            "tensor "
                + name
                + " = "
                + layout
                + " needs parameter "
                + parameter
                + ", which the model does not have");
    List<String> aliases =
        key.row().aliases().stream().map(alias -> alias.fill(key.indices())).toList();
    return new Table.Entry(name, aliases, layout, shape(name, layout), key.row());
  }

  private Shape shape(String name, Layout<String> layout) {
    try {
      return layout.shape(this::shapeOf);
    } catch (IllegalArgumentException misfit) {
      throw new DialectException(
          "tensor " + name + " = " + layout + ": " + misfit.getMessage(), misfit);
    }
  }

  private Shape shapeOf(String name) {
    Parameter parameter = parameters.get(name);
    if (parameter == null) throw new IllegalArgumentException("no parameter is called " + name);
    return parameter.shape();
  }
}
