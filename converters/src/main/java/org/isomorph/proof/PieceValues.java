package org.isomorph.proof;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.isomorph.graph.Piece;
import org.isomorph.graph.Type;
import org.isomorph.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * What a piece hands on, looked up by canonical names: references know values by these, pieces by
 * their own labels, and the results of heads go by their labels everywhere.
 */
record PieceValues(Piece piece, Labels labels) {
  /** What the piece hands on that people have a name for, and that is numbers. */
  Set<String> names() {
    Set<String> names = new LinkedHashSet<>();
    for (String label : piece.graph().outputs().keySet()) {
      String name = labels.canonical(label);
      if (name != null && isNumber(type(label))) names.add(name);
    }
    return names;
  }

  private static boolean isNumber(Type type) {
    return type.kind() == Type.Kind.FLOAT || type.kind() == Type.Kind.WIDE;
  }

  /** The type of what the piece calls so. */
  Type type(String label) {
    String value = piece.graph().outputs().getOrDefault(label, label);
    return piece.graph().type(value).orElseThrow();
  }

  boolean has(Map<String, Tensor> values, String name) {
    return values.containsKey(name) || values.containsKey(label(name));
  }

  /** A value among the reference's. */
  @Nullable Tensor expected(Map<String, Tensor> reference, String name) {
    return reference.getOrDefault(name, reference.get(label(name)));
  }

  /** A value among those that the piece computed. */
  @Nullable Tensor found(Map<String, Tensor> computed, String name) {
    return computed.getOrDefault(label(name), computed.get(name));
  }

  /** What the reference's piece hands on, by canonical names. */
  Map<String, Tensor> handedOn(Map<String, Tensor> reference) {
    Map<String, Tensor> handed = new HashMap<>();
    for (String name : names()) {
      @Nullable Tensor value = expected(reference, name);
      if (value != null) handed.put(name, value);
    }
    return handed;
  }

  /**
   * Checks that values of one name are of one shape.
   *
   * @throws Incomparable if two are not
   */
  void requireAlike(Map<String, Tensor> reference, Map<String, Tensor> computed) {
    for (String name : names()) {
      @Nullable Tensor a = expected(reference, name), b = computed.get(label(name));
      if (a != null && b != null && !a.shape().equals(b.shape()))
        throw new Incomparable(
            "%s: %s in the first, %s in the second".formatted(name, a.shape(), b.shape()));
    }
  }

  /** The greatest deviation of these values. */
  Deviation greatest(
      Collection<String> names,
      Map<String, Tensor> reference,
      Map<String, Tensor> computed,
      Rows rows) {
    Deviation greatest = Deviation.NONE;
    for (String name : names) {
      Deviation each = deviation(name, reference, computed, rows);
      if (each.greatest() > greatest.greatest()) greatest = each;
    }
    return greatest;
  }

  /** The deviation of one value; none where one side lacks it. */
  Deviation deviation(
      String name, Map<String, Tensor> reference, Map<String, Tensor> computed, Rows rows) {
    @Nullable Tensor a = expected(reference, name), b = found(computed, name);
    if (a == null || b == null || !a.shape().equals(b.shape())) return Deviation.NONE;
    return rows.between(type(label(name)), a, b);
  }

  private String label(String name) {
    return labels.label(piece, name);
  }
}
