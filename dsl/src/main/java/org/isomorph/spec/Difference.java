package org.isomorph.spec;

/**
 * One point in which two models differ.
 *
 * @param path where, in the vocabulary of parameters and values: {@code decoder.0..31.attn.window}
 * @param left what the first model has there, as {@link Dsl} writes it; {@code none} for nothing
 * @param right what the second has
 * @param sentence the same in plain words: {@code decoder layers 0-31, attention window: 4096 in
 *     one, none in the other}
 * @param changesFunction whether the two would compute different values from the same parameters;
 *     the context length and most token roles only concern those who use a model
 */
public record Difference(
    String path, String left, String right, String sentence, boolean changesFunction) {
  @Override
  public String toString() {
    return path + ": " + left + " | " + right;
  }
}
