package org.isomorph.architectures;

import java.util.List;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import org.isomorph.dialect.Config;
import org.isomorph.spec.Heads;
import org.isomorph.spec.Mixer;
import org.isomorph.spec.Model;

/**
 * The keys for which layers have a sliding window: {@code layer_types} where it is written, else a
 * rule of the family. In Qwen's families, {@code use_sliding_window} says whether any has.
 */
final class SlidingLayers {
  private static final String SLIDING = "sliding_attention";

  private SlidingLayers() {}

  /** The window of one of Qwen's layers, by the rule that all from {@code max_window_layers} on. */
  static OptionalLong window(Config config, long layer) {
    return window(config, layer, () -> layer >= config.number("max_window_layers", 28));
  }

  /** The window of one of Qwen's layers, by another rule. */
  static OptionalLong window(Config config, long layer, BooleanSupplier rule) {
    if (!config.flag("use_sliding_window", false)) return OptionalLong.empty();
    return slides(config, layer, rule) ? usual(config) : OptionalLong.empty();
  }

  /** The window that those layers have which have one. */
  static OptionalLong usual(Config config) {
    return config.mentions("sliding_window")
        ? config.optionalNumber("sliding_window")
        : OptionalLong.of(4096);
  }

  /** Whether a layer has a window: as {@code layer_types} says, or by the family's rule. */
  static boolean slides(Config config, long layer, BooleanSupplier rule) {
    List<String> types = config.texts("layer_types");
    if (types.isEmpty()) return rule.getAsBoolean();
    if (layer >= types.size()) throw config.invalid("layer_types", "a type for each of the layers");
    return types.get((int) layer).equals(SLIDING);
  }

  /** Writes Qwen's keys for the windows that a model's layers have. */
  static void write(Config.Builder config, Model model) {
    List<OptionalLong> windows = windows(model);
    OptionalLong window = first(windows);
    config.set("use_sliding_window", window.isPresent());
    write(config, window);
    config.set("max_window_layers", window.isPresent() ? windows.indexOf(window) : windows.size());
    if (window.isPresent()) writeTypes(config, windows);
  }

  /** Writes the window, or that there is none. */
  static void write(Config.Builder config, OptionalLong window) {
    if (window.isPresent()) config.set("sliding_window", window.getAsLong());
    else config.setNull("sliding_window");
  }

  /** Writes the window and which layers have it, for a family that has no other keys for it. */
  static void writeTypes(Config.Builder config, Model model) {
    List<OptionalLong> windows = windows(model);
    write(config, first(windows));
    writeTypes(config, windows);
  }

  private static void writeTypes(Config.Builder config, List<OptionalLong> windows) {
    config.set(
        "layer_types",
        windows.stream().map(each -> each.isPresent() ? SLIDING : "full_attention").toList());
  }

  private static OptionalLong first(List<OptionalLong> windows) {
    return windows.stream().flatMapToLong(OptionalLong::stream).findFirst();
  }

  private static List<OptionalLong> windows(Model model) {
    return model
        .last()
        .layers()
        .map(block ->
            block
                .mixers()
                .map(SlidingLayers::window)
                .flatMapToLong(OptionalLong::stream)
                .findFirst())
        .toList();
  }

  private static OptionalLong window(Mixer mixer) {
    return mixer instanceof Heads heads ? heads.window() : OptionalLong.empty();
  }
}
