package org.isomorph.megatron;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.isomorph.dialect.Row;
import org.isomorph.dialect.Table;
import org.isomorph.megatron.Address.Place;
import org.isomorph.spec.Model;
import org.isomorph.tensor.TensorInfo;

/**
 * The order in which Megatron's modules are made, and so that of the tensors in its files: layer by
 * layer as the rows of the table stand, but all of an expert together.
 */
final class ModuleOrder {
  private final Map<String, long[]> keys = new HashMap<>();

  private ModuleOrder(Model model) {
    List<Row> rows = MegatronRows.of(model);
    Map<Row, Integer> places = new HashMap<>();
    for (Row row : rows) places.put(row, places.size());
    Table table = Table.of(model, rows);
    Map<Place, Integer> blocks = new EnumMap<>(Place.class);
    Map<Boolean, Integer> experts = new HashMap<>();
    Map<String, Integer> rowOf = new HashMap<>();
    for (Table.Entry entry : table.entries()) {
      int row = places.getOrDefault(entry.row(), places.size());
      Address address = Address.of(entry.name());
      rowOf.put(entry.name(), row);
      blocks.merge(around(address), row, Math::min);
      if (address.expert().isPresent())
        experts.merge(address.place() == Place.NEXT, row, Math::min);
    }
    rowOf.forEach((name, row) -> {
      Address address = Address.of(name);
      boolean outside = address.place() == Place.OUTSIDE;
      long first = experts.getOrDefault(address.place() == Place.NEXT, row);
      keys.put(
          name,
          new long[] {
            outside ? row : blocks.getOrDefault(around(address), row),
            address.layer(),
            address.expert().isPresent() ? first : row,
            address.expert().orElse(0),
            row
          });
    });
  }

  /** What surrounds a layer that predicts a further token stands among its tensors. */
  private static Place around(Address address) {
    return address.place() == Place.AROUND_NEXT ? Place.NEXT : address.place();
  }

  /** The tensors of a model in this order; those that are in no row come last. */
  static List<TensorInfo> of(Model model, List<TensorInfo> tensors) {
    Map<String, long[]> keys = new ModuleOrder(model).keys;
    long[] last = {Long.MAX_VALUE};
    return tensors.stream()
        .sorted((a, b) ->
            Arrays.compare(keys.getOrDefault(a.name(), last), keys.getOrDefault(b.name(), last)))
        .toList();
  }
}
