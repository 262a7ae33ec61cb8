package org.isomorph.architectures;

import java.util.List;
import java.util.OptionalLong;
import org.isomorph.dialect.Config;
import org.isomorph.spec.Heads;
import org.isomorph.spec.Mixer;
import org.isomorph.spec.Model;

/**
 * Qwen's keys for which layers have a sliding window: {@code layer_types} where it is written, else
 * the layers from {@code max_window_layers} on, if {@code use_sliding_window} says so.
 */
final class SlidingLayers {
  private static final String SLIDING = "sliding_attention";

  private SlidingLayers() {}

  /** The window of one layer. */
  static OptionalLong window(Config config, long layer) {
    if (!config.flag("use_sliding_window", false)) return OptionalLong.empty();
    OptionalLong window =
        config.mentions("sliding_window")
            ? config.optionalNumber("sliding_window")
            : OptionalLong.of(4096);
    List<String> types = config.texts("layer_types");
    if (!types.isEmpty() && layer >= types.size())
      throw config.invalid("layer_types", "a type for each of the layers");
    boolean slides =
        types.isEmpty()
            ? layer >= config.number("max_window_layers", 28)
            : types.get((int) layer).equals(SLIDING);
    return slides ? window : OptionalLong.empty();
  }

  /** Writes the keys for the windows that a model's layers have. */
  static void write(Config.Builder config, Model model) {
    List<OptionalLong> windows =
        model
            .last()
            .layers()
            .map(block ->
                block
                    .mixers()
                    .map(SlidingLayers::window)
                    .flatMapToLong(OptionalLong::stream)
                    .findFirst())
            .toList();
    OptionalLong window = windows.stream().flatMapToLong(OptionalLong::stream).findFirst();
    config.set("use_sliding_window", window.isPresent());
    if (window.isPresent()) config.set("sliding_window", window.getAsLong());
    else config.setNull("sliding_window");
    long first = windows.indexOf(window);
    config.set("max_window_layers", window.isPresent() ? first : windows.size());
    boolean fromThere =
        windows.subList((int) Math.max(first, 0), windows.size()).stream()
            .allMatch(OptionalLong::isPresent);
    if (window.isPresent() && !fromThere)
      config.set(
          "layer_types",
          windows.stream().map(each -> each.isPresent() ? SLIDING : "full_attention").toList());
  }

  private static OptionalLong window(Mixer mixer) {
    return mixer instanceof Heads heads ? heads.window() : OptionalLong.empty();
  }
}
