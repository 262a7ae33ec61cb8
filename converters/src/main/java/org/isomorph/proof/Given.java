package org.isomorph.proof;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.isomorph.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * What a piece is given, beside what the reference's was.
 *
 * @param expected the reference's values, by canonical names: what its piece was given, what it
 *     chose and what it handed on; of these what the reference has
 * @param own the candidate's inputs, as its earlier pieces left them
 * @param forced the same with the reference's in their place, where both call them the same. Masks
 *     and rotary tables are the candidate's, which depend on no weights
 * @param isForced whether all that people have a name for is the reference's
 */
record Given(
    Map<String, Tensor> expected,
    Map<String, Tensor> own,
    Map<String, Tensor> forced,
    boolean isForced) {
  /**
   * Of one piece.
   *
   * @param computed all that the candidate computed so far, left to itself, by labels
   */
  static Given of(Setting setting, PieceValues values, Map<String, Tensor> computed) {
    Set<String> asked = new LinkedHashSet<>(values.names());
    asked.addAll(values.piece().choices());
    Map<String, Tensor> own = new HashMap<>();
    for (String label : values.piece().graph().inputs().keySet()) {
      @Nullable String name = setting.labels().canonical(label);
      asked.add(name == null ? label : name);
      @Nullable Tensor value = computed.get(label);
      if (value != null) own.put(label, value);
    }
    Map<String, Tensor> expected = setting.reference().values(asked);
    Map<String, Tensor> forced = new HashMap<>(own);
    boolean isForced = true;
    for (Map.Entry<String, Tensor> input : forced.entrySet()) {
      @Nullable String name = setting.labels().canonical(input.getKey());
      if (name == null) continue;
      @Nullable Tensor other = expected.get(name);
      if (other == null) isForced = false;
      else if (other.shape().equals(input.getValue().shape())) input.setValue(other);
    }
    return new Given(expected, own, forced, isForced);
  }
}
