package org.isomorph.architectures;

import java.util.Optional;
import org.isomorph.dialect.Config;
import org.isomorph.spec.Dsl;
import org.isomorph.spec.Head;
import org.isomorph.spec.Model;
import org.isomorph.spec.Pooling;

/** Heads that classify, and {@code id2label}, whose length says how many classes there are. */
final class Labels {
  private static final String CLASSIFIER = "ForSequenceClassification";

  private Labels() {}

  /** The head of a decoder that classifies by its last vector, if its class says that it does. */
  static Optional<Head> head(Config config) {
    boolean classifies =
        config.texts("architectures").stream().anyMatch(name -> name.endsWith(CLASSIFIER));
    if (!classifies) return Optional.empty();
    long labels = count(config);
    return Optional.of(labels == 1 ? Dsl.reward() : Dsl.classes(labels, Pooling.LAST).unbiased());
  }

  /** How many classes a configuration speaks of. */
  static long count(Config config) {
    return config
        .section("id2label")
        .map(names -> (long) names.keys().size())
        .orElse(config.number("num_labels", 2));
  }

  /** What the name of a decoder's class ends with. */
  static String suffix(Model model) {
    return count(model) > 0 ? CLASSIFIER : "ForCausalLM";
  }

  /** Writes labels for a model that classifies. */
  static void write(Config.Builder config, Model model) {
    long count = count(model);
    if (count == 0) return;
    Config.Builder labels = Config.builder();
    for (long label = 0; label < count; label++) labels.set(Long.toString(label), "LABEL_" + label);
    config.set("id2label", labels.build());
  }

  private static long count(Model model) {
    return model.heads().stream()
        .mapToLong(head ->
            switch (head) {
              case Head.Classes classes -> classes.count();
              case Head.Reward _ -> 1;
              default -> 0;
            })
        .filter(count -> count > 0)
        .findFirst()
        .orElse(0);
  }
}
