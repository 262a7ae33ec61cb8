package org.isomorph.runtime;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.isomorph.tensor.Tensor;

/**
 * What a forward pass gave: plain values, which nobody has to close.
 *
 * @param values the model's outputs by Hugging Face's names, then taps by their canonical names;
 *     F32, or F64 where the model runs in it
 */
public record Outputs(SequencedMap<String, Tensor> values) {
  public Outputs {
    values = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(values));
  }

  /** The logits (batch, seq, vocabulary), or those of the model's classes. */
  public Tensor logits() {
    return get("logits");
  }

  /**
   * The value with this name.
   *
   * @throws RunException if there is none
   */
  public Tensor get(String name) {
    Tensor found = values.get(name);
    if (found == null)
      throw new RunException("no output is called " + name + "; there are " + values.keySet());
    return found;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    values.forEach((name, value) -> text.append(name).append(": ").append(value).append('\n'));
    return text.toString();
  }
}
