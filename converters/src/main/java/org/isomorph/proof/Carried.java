package org.isomorph.proof;

import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.isomorph.graph.Piece;
import org.isomorph.tensor.Tensor;

/**
 * What pieces hand on to later ones, for as long as one of these reads it: a stream is there for
 * one layer, however many there are.
 */
final class Carried {
  private final Map<String, Integer> lastRead = new HashMap<>();
  private final Map<String, Tensor> values;

  Carried(List<Piece> pieces, Map<String, Tensor> inputs) {
    for (int index = 0; index < pieces.size(); index++)
      for (String name : pieces.get(index).graph().inputs().keySet()) lastRead.put(name, index);
    this.values = new LinkedHashMap<>(inputs);
  }

  /** By the names that pieces have for them. */
  Map<String, Tensor> values() {
    return Collections.unmodifiableMap(values);
  }

  void put(String name, Tensor value) {
    values.put(name, value);
  }

  /** Forgets what neither the piece with this number nor a later one reads. */
  void before(int piece) {
    values.keySet().removeIf(name -> lastRead.getOrDefault(name, -1) < piece);
  }
}
