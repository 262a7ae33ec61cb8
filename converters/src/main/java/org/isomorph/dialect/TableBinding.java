package org.isomorph.dialect;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

  /**
   * One tensor: its row, values for the indices of its name, and how many values the others have.
   */
  private record Pending(Row.Stored row, Map<String, Long> indices, Map<String, Long> counts) {}

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
    Map<String, Pending> tensors = new LinkedHashMap<>();
    for (String parameter : parameters.keySet())
      for (Leaf leaf : leaves.getOrDefault(Template.key(parameter), List.of()))
        leaf.template().match(parameter).ifPresent(indices -> add(tensors, leaf.row(), indices));
    List<Table.Entry> entries = new ArrayList<>(tensors.size());
    tensors.forEach((name, pending) -> entries.add(entry(name, pending)));
    return List.copyOf(entries);
  }

  @SuppressWarnings("ReferenceEquality") // a row that stands twice is two rows
  private static void add(Map<String, Pending> tensors, Row.Stored row, Map<String, Long> indices) {
    String name = row.name().fill(indices);
    Pending pending = tensors.get(name);
    if (pending == null) {
      Map<String, Long> byName = new HashMap<>(indices);
      byName.keySet().retainAll(row.name().indices());
      pending = new Pending(row, byName, new HashMap<>());
      tensors.put(name, pending);
    }
    if (pending.row() != row)
      throw new DialectException(
          "tensor " + name + " is in two rows: " + pending.row() + " and " + row);
    Map<String, Long> counts = pending.counts();
    indices.forEach((index, value) -> counts.merge(index, value + 1, Math::max));
  }

  private Table.Entry entry(String name, Pending pending) {
    Row.Stored row = pending.row();
    Layout<String> layout =
        row.layout()
            .bind(
                pending.indices(),
                index -> pending.counts().getOrDefault(index, 0L),
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
        row.aliases().stream().map(alias -> alias.fill(pending.indices())).toList();
    return new Table.Entry(name, aliases, layout, shape(name, layout), row);
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
