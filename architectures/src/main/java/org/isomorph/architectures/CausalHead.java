package org.isomorph.architectures;

import static org.isomorph.dialect.Row.row;

import java.util.List;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Row;
import org.isomorph.spec.Dsl;
import org.isomorph.spec.Head;
import org.isomorph.spec.Model;
import org.isomorph.spec.Pooling;

/**
 * What stands on top of a causal model, by the class in {@code architectures}: a language model's
 * head; in {@code ...ForSequenceClassification} scores of the last token, of which a single one is
 * a reward; nothing in a bare {@code ...Model}.
 *
 * <p>All causal families have these classes in common, and their scores are always called {@code
 * score}.
 */
final class CausalHead {
  private static final String CLASSIFIER = "ForSequenceClassification";
  private static final String BARE = "Model";

  private CausalHead() {}

  /**
   * The heads that a configuration names.
   *
   * @param lm the language model's, if it is that
   */
  static List<Head> read(Config config, Head.Lm lm) {
    List<String> classes = config.texts("architectures");
    if (classes.stream().anyMatch(name -> name.endsWith(CLASSIFIER)))
      return List.of(scores(config));
    boolean bare =
        !classes.isEmpty()
            && classes.stream().allMatch(name -> name.endsWith(BARE) && !name.contains("LMHead"));
    // A tied head needs nothing beside the table, and a bare model has that.
    return bare && !lm.isTied() ? List.of() : List.of(lm);
  }

  private static Head scores(Config config) {
    long labels = Labels.count(config);
    return labels == 1 ? Dsl.reward() : Dsl.classes(labels, Pooling.LAST).unbiased();
  }

  /**
   * Writes the class, and the labels if it scores.
   *
   * @param prefix what the names of the family's classes begin with
   * @param lm the name of its language model's class
   */
  static Config.Builder write(Config.Builder config, Model model, String prefix, String lm) {
    boolean scores = Labels.count(model) > 0;
    String name = scores ? prefix + CLASSIFIER : model.heads().isEmpty() ? prefix + BARE : lm;
    config.set("architectures", List.of(name));
    Labels.write(config, model);
    return config;
  }

  /** As above, for a family without a class that scores: its nearest is a language model. */
  static Config.Builder writeUnscored(
      Config.Builder config, Model model, String prefix, String lm) {
    return config.set("architectures", List.of(model.heads().isEmpty() ? prefix + BARE : lm));
  }

  /** Refuses a class that scores, for a family that has none. */
  static Config unscored(Config config, String lm) {
    if (config.texts("architectures").stream().anyMatch(name -> name.endsWith(CLASSIFIER)))
      throw config.invalid("architectures", lm + ": the family has no class that scores");
    return config;
  }

  /** The rows of all these heads. */
  static List<Row> rows() {
    return rows("lm_head.weight");
  }

  /** As above, where a language model's head is called otherwise. Some files repeat a tied one. */
  static List<Row> rows(String lm) {
    return List.of(
        row(lm, "head.weight"),
        Row.copy(lm, "embed.token.weight"),
        row("score.weight", "reward.weight"),
        row("score.weight", "classes.weight"));
  }
}
