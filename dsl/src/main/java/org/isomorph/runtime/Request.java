package org.isomorph.runtime;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.Tensor;

/**
 * What one forward pass is given, and what it is to give besides its logits.
 *
 * @param inputs by Hugging Face's names: {@code input_ids} and {@code attention_mask} (batch, seq)
 *     of I64, {@code pixel_values} (batch, channels, height, width), ...; what a model can do
 *     without may be left out
 * @param taps values to hand out, by any of their names, with ranges and globs
 * @param feeds values to put in place of computed ones, by any of their names; one that nothing
 *     reads, as another feed stands between, is no mistake
 * @param finalOnly whether logits are wanted for the last token only, (batch, 1, vocabulary)
 * @param tapsOnly whether nothing but the taps is wanted: what they do not need is not computed
 */
public record Request(
    Map<String, Tensor> inputs,
    List<String> taps,
    Map<String, Tensor> feeds,
    boolean finalOnly,
    boolean tapsOnly) {
  /** What models are given by these names; one that a model has no use for is no mistake. */
  public static final Set<String> KNOWN =
      Set.of(
          "input_ids",
          "attention_mask",
          "token_type_ids",
          "decoder_input_ids",
          "decoder_attention_mask",
          "decoder_token_type_ids",
          "position_ids",
          "prefix_lengths",
          "pixel_values");

  public Request {
    inputs = Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
    taps = List.copyOf(taps);
    feeds = Collections.unmodifiableMap(new LinkedHashMap<>(feeds));
  }

  /** One sequence of token ids. */
  public static Request ids(long... ids) {
    return of("input_ids", Tensor.ofLongs(Shape.of(1, ids.length), ids));
  }

  public static Request of(String name, Tensor input) {
    return of(Map.of(name, input));
  }

  public static Request of(Map<String, Tensor> inputs) {
    return new Request(inputs, List.of(), Map.of(), false, false);
  }

  /** The same request with one more input. */
  public Request with(String name, Tensor input) {
    Map<String, Tensor> more = new LinkedHashMap<>(inputs);
    more.put(name, input);
    return new Request(more, taps, feeds, finalOnly, tapsOnly);
  }

  /** The same request with more values to be handed out. */
  public Request tap(String... names) {
    List<String> more = new ArrayList<>(taps);
    more.addAll(List.of(names));
    return new Request(inputs, more, feeds, finalOnly, tapsOnly);
  }

  /** The same request with one more value to be replaced. */
  public Request feed(String name, Tensor value) {
    Map<String, Tensor> more = new LinkedHashMap<>(feeds);
    more.put(name, value);
    return new Request(inputs, taps, more, finalOnly, tapsOnly);
  }

  /** The same request for the logits of the last token only: all that generating needs. */
  public Request finalLogits() {
    return new Request(inputs, taps, feeds, true, tapsOnly);
  }

  /** The same request for its taps, and not for what the model gives. */
  public Request tapsAlone() {
    return new Request(inputs, taps, feeds, finalOnly, true);
  }
}
