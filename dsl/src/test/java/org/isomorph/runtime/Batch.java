package org.isomorph.runtime;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.isomorph.graph.Dim;
import org.isomorph.graph.Graph;
import org.isomorph.graph.Type;
import org.isomorph.spec.Patches;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.Tensor;

/**
 * Rows of tokens of different lengths, and images.
 *
 * @param images one a row, or as many for all rows
 */
record Batch(Graph graph, List<Row> rows, Optional<Tensor> images) {
  /**
   * One row.
   *
   * @param ids by the input's name
   * @param segments by the input's name, as long as the ids
   * @param prefix how many tokens see each other, if the caller says so
   */
  record Row(Map<String, long[]> ids, Map<String, long[]> segments, long prefix) {}

  /** Where padding stands. */
  enum Side {
    LEFT,
    RIGHT,
    /** On the left of every other row. */
    MIXED;

    static Side of(long seed) {
      return values()[Math.floorMod(seed, values().length)];
    }

    private boolean isLeft(int row) {
      return this == LEFT || (this == MIXED && row % 2 == 0);
    }
  }

  static Tensor images(Patches patches, int count, Random random) {
    long side = patches.image();
    double[] pixels = new double[Math.toIntExact(count * patches.channels() * side * side)];
    for (int i = 0; i < pixels.length; i++) pixels[i] = random.nextGaussian();
    return Tensor.ofDoubles(Shape.of(count, patches.channels(), side, side), pixels);
  }

  /** The row alone. */
  Batch row(int index) {
    boolean each =
        images.isPresent() && graph.inputs().get("pixel_values").dim(0).equals(Dim.BATCH);
    Optional<Tensor> own = each ? images.map(all -> Numbers.picked(all, 0, index)) : images;
    return new Batch(graph, rows.isEmpty() ? rows : List.of(rows.get(index)), own);
  }

  private static String idsOf(String segments) {
    return segments.replace("token_type_ids", "input_ids");
  }

  int most(String ids) {
    return rows.stream().mapToInt(row -> row.ids().get(ids).length).max().orElseThrow();
  }

  /** What the model is given, padded with 0. */
  Map<String, Tensor> inputs(Side side) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    images.ifPresent(pixels -> inputs.put("pixel_values", pixels));
    if (rows.isEmpty()) return inputs;
    for (String name : rows.getFirst().ids().keySet()) {
      int most = most(name);
      inputs.put(name, padded(side, most, row -> row.ids().get(name)));
      inputs.put(
          name.replace("input_ids", "attention_mask"),
          padded(
              side,
              most,
              row -> {
                long[] ones = new long[row.ids().get(name).length];
                java.util.Arrays.fill(ones, 1);
                return ones;
              }));
    }
    for (String name : rows.getFirst().segments().keySet())
      inputs.put(name, padded(side, most(idsOf(name)), row -> row.segments().get(name)));
    if (graph.inputs().containsKey("prefix_lengths"))
      inputs.put(
          "prefix_lengths",
          Tensor.ofLongs(Shape.of(rows.size()), rows.stream().mapToLong(Row::prefix).toArray()));
    return inputs;
  }

  private Tensor padded(Side side, int most, java.util.function.Function<Row, long[]> of) {
    long[] values = new long[rows.size() * most];
    for (int row = 0; row < rows.size(); row++) {
      long[] each = of.apply(rows.get(row));
      int at = row * most + (side.isLeft(row) ? most - each.length : 0);
      System.arraycopy(each, 0, values, at, each.length);
    }
    return Tensor.ofLongs(Shape.of(rows.size(), most), values);
  }

  /** What belongs to one row's tokens of a value of all rows. */
  Tensor ofRow(int index, Side side, Type type, Tensor value) {
    Tensor part = value;
    for (int axis = 0; axis < type.rank(); axis++) {
      Dim dim = type.dim(axis);
      if (dim.equals(Dim.BATCH)) part = Numbers.picked(part, axis, index);
      else if (!rows.isEmpty() && (dim.equals(Dim.SEQ) || dim.equals(Dim.SOURCE))) {
        String ids =
            dim.equals(Dim.SEQ) && rows.getFirst().ids().size() > 1
                ? "decoder_input_ids"
                : "input_ids";
        int length = rows.get(index).ids().get(ids).length;
        int first = side.isLeft(index) ? most(ids) - length : 0;
        part =
            Numbers.picked(
                part, axis, java.util.stream.IntStream.range(first, first + length).toArray());
      }
    }
    return part;
  }
}
