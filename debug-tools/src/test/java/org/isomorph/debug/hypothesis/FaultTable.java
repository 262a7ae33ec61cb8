package org.isomorph.debug.hypothesis;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.isomorph.tensor.DType;

/** How many faults of each kind were found and named. */
final class FaultTable {
  private static final class Count {
    int cases;
    int located;
    int named;

    @Override
    public String toString() {
      return cases == 0 ? "- | -" : located + " of " + cases + " | " + named;
    }
  }

  private final Map<String, Map<DType, Count>> rows = new LinkedHashMap<>();

  private final String kind;

  /** A table with a row for each of these, whose kind is the head of the column. */
  FaultTable(String kind, List<Fault> faults) {
    this.kind = kind;
    for (Fault fault : faults) rows.put(fault.name(), new LinkedHashMap<>());
  }

  void add(String fault, DType dtype, boolean located, boolean named) {
    Count count =
        rows.computeIfAbsent(fault, _ -> new LinkedHashMap<>())
            .computeIfAbsent(dtype, _ -> new Count());
    count.cases++;
    if (located) count.located++;
    if (named) count.named++;
  }

  private List<Count> all() {
    return rows.values().stream().flatMap(row -> row.values().stream()).toList();
  }

  private int cases() {
    return all().stream().mapToInt(count -> count.cases).sum();
  }

  double located() {
    return all().stream().mapToInt(count -> count.located).sum() / (double) cases();
  }

  double named() {
    return all().stream().mapToInt(count -> count.named).sum() / (double) cases();
  }

  /** A table of Markdown. */
  @Override
  public String toString() {
    List<String> lines = new ArrayList<>();
    lines.add("| " + kind + " | float32: found | named | bfloat16: found | named |");
    lines.add("|---|---|---|---|---|");
    rows.forEach((fault, row) ->
        lines.add(
            "| %s | %s | %s |"
                .formatted(
                    fault,
                    row.getOrDefault(DType.F32, new Count()),
                    row.getOrDefault(DType.BF16, new Count()))));
    Count f32 = sum(DType.F32), half = sum(DType.BF16);
    lines.add("| **all** | %s | %s |".formatted(f32, half));
    return String.join("\n", lines) + "\n";
  }

  private Count sum(DType dtype) {
    Count sum = new Count();
    for (Map<DType, Count> row : rows.values()) {
      Count each = row.getOrDefault(dtype, new Count());
      sum.cases += each.cases;
      sum.located += each.located;
      sum.named += each.named;
    }
    return sum;
  }
}
