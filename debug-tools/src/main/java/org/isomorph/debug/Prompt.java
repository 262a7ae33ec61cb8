package org.isomorph.debug;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.LongFunction;
import org.isomorph.proof.Comparison;
import org.isomorph.spec.Model;
import org.isomorph.tensor.Tensor;

/**
 * What a model is given while it is looked into.
 *
 * @param inputs by Hugging Face's names, each with as many rows
 * @param pieces the text of each token id, to be read by people
 */
public record Prompt(SequencedMap<String, Tensor> inputs, LongFunction<String> pieces) {
  public Prompt {
    inputs = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(inputs));
  }

  /**
   * One sequence of token ids, shown as numbers. An encoder and a decoder both read it, the decoder
   * behind its start; half of it is the prefix, where a model is told one.
   *
   * @throws DebugException if there are none
   */
  public static Prompt ids(Model model, long... ids) {
    if (ids.length == 0) throw new DebugException("the prompt has no tokens");
    return of(Comparison.inputs(model, ids));
  }

  /** A model's inputs by Hugging Face's names; tokens are shown as numbers. */
  public static Prompt of(Map<String, Tensor> inputs) {
    return new Prompt(new LinkedHashMap<>(inputs), id -> "<" + id + ">");
  }

  /** The same prompt with the text of each token. */
  public Prompt spelled(LongFunction<String> piece) {
    return new Prompt(inputs, piece);
  }

  /** The same prompt with one input more, or another one. */
  public Prompt with(String name, Tensor input) {
    SequencedMap<String, Tensor> more = new LinkedHashMap<>(inputs);
    more.put(name, input);
    return new Prompt(more, pieces);
  }

  /**
   * Refuses what is too long.
   *
   * @throws DebugException if a sequence is longer than the model was made for
   */
  void requireFits(Model model) {
    inputs.forEach((name, tensor) -> {
      long tokens = tensor.shape().dim(-1);
      if (name.endsWith("input_ids") && model.context() > 0 && tokens > model.context())
        throw new DebugException(
            "the prompt has %d tokens, %s was made for %d; give fewer"
                .formatted(tokens, model.name(), model.context()));
    });
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("prompt");
    inputs.forEach((name, tensor) ->
        text.append(' ')
            .append(name)
            .append(' ')
            .append(name.endsWith("_ids") ? Arrays.toString(tensor.longs()) : tensor.shape()));
    return text.toString();
  }
}
