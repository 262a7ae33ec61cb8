package org.isomorph.architectures;

import java.util.LinkedHashMap;
import java.util.Map;
import org.isomorph.dialect.Config;
import org.isomorph.spec.Activation;

/** What configurations call activations: transformers' {@code ACT2FN}. */
final class Activations {
  private static final Map<String, Activation> BY_NAME = new LinkedHashMap<>();

  static {
    BY_NAME.put("silu", Activation.SILU);
    BY_NAME.put("swish", Activation.SILU);
    BY_NAME.put("gelu", Activation.GELU);
    BY_NAME.put("gelu_new", Activation.GELU_TANH);
    BY_NAME.put("gelu_pytorch_tanh", Activation.GELU_TANH);
    BY_NAME.put("gelu_fast", Activation.GELU_TANH);
    BY_NAME.put("quick_gelu", Activation.QUICK_GELU);
    BY_NAME.put("relu", Activation.RELU);
    BY_NAME.put("relu2", Activation.RELU_SQUARED);
    BY_NAME.put("tanh", Activation.TANH);
    BY_NAME.put("sigmoid", Activation.SIGMOID);
    BY_NAME.put("linear", Activation.IDENTITY);
  }

  private Activations() {}

  /** The activation that a key names, or {@code otherwise} where the key is absent. */
  static Activation read(Config config, String key, String otherwise) {
    Activation found = BY_NAME.get(config.text(key, otherwise));
    if (found == null) throw config.invalid(key, "one of " + String.join(", ", BY_NAME.keySet()));
    return found;
  }

  /** The first name of an activation: the one that most configurations use. */
  static String name(Activation activation) {
    return BY_NAME.entrySet().stream()
        .filter(entry -> entry.getValue() == activation)
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow();
  }
}
