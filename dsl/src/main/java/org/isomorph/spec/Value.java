package org.isomorph.spec;

import java.util.Map;

/**
 * One intermediate value of a model by its canonical name: {@code decoder.3.attn.probs}.
 *
 * @param name derived from the description: the graph's name, a tap's, and a report's
 * @param shape in words, with numbers where the description has them: {@code (batch, 32, seq,
 *     keys)}
 * @param meaning one line: what it is in this model
 * @param aliases what others call it, by their name: TransformerLens, Hugging Face, llama.cpp,
 *     Megatron
 */
public record Value(String name, String shape, String meaning, Map<String, String> aliases) {
  public Value {
    aliases = Map.copyOf(aliases);
  }

  @Override
  public String toString() {
    return name + " " + shape + ": " + meaning;
  }
}
