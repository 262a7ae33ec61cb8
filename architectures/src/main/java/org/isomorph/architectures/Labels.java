package org.isomorph.architectures;

import org.isomorph.dialect.Config;
import org.isomorph.spec.Head;
import org.isomorph.spec.Model;

/** {@code id2label}, whose length says how many classes a head tells apart. */
final class Labels {
  private Labels() {}

  /** How many classes a configuration speaks of. */
  static long count(Config config) {
    return config
        .section("id2label")
        .map(names -> (long) names.keys().size())
        .orElse(config.number("num_labels", 2));
  }

  /** How many classes a model's head tells apart; a reward is one, and no such head is none. */
  static long count(Model model) {
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

  /** Writes labels for a model that classifies. */
  static void write(Config.Builder config, Model model) {
    long count = count(model);
    if (count == 0) return;
    Config.Builder labels = Config.builder();
    for (long label = 0; label < count; label++) labels.set(Long.toString(label), "LABEL_" + label);
    config.set("id2label", labels.build());
  }
}
