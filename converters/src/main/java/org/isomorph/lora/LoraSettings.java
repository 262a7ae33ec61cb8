package org.isomorph.lora;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.isomorph.dialect.Config;

/**
 * What an {@code adapter_config.json} says that the merge depends on.
 *
 * <p>Source: peft 0.21, {@code tuners/lora/config.py} and {@code utils/other.py:get_pattern_key}.
 *
 * @param rank the rank of modules that no pattern names
 * @param alpha the numerator of their scaling
 * @param ranks ranks of modules by pattern, in the order in which they are tried
 * @param alphas numerators likewise
 * @param rootOfRank whether scaling is {@code alpha / sqrt(rank)} (rsLoRA), not {@code alpha /
 *     rank}
 * @param transposed whether linear maps are stored {@code (in, out)}, as GPT-2's Conv1D is
 */
record LoraSettings(
    long rank,
    double alpha,
    Map<Pattern, Double> ranks,
    Map<Pattern, Double> alphas,
    boolean rootOfRank,
    boolean transposed) {
  /** Keys that change what an adapter computes in ways that no merge here undoes. */
  private static final List<String> OTHER_FUNCTIONS =
      List.of(
          "alora_invocation_tokens",
          "arrow_config",
          "kasa_config",
          "layer_replication",
          "monteclora_config",
          "target_parameters",
          "trainable_token_indices",
          "use_bdlora");

  private static final String EMPTY = "\\[]|\\{}";

  /** Flags that do likewise. */
  private static final List<String> OTHER_FLAGS = List.of("lora_bias", "use_qalora");

  /** Ways of beginning that also change the base, so that the adapter alone does not fit it. */
  private static final Pattern CHANGES_BASE =
      Pattern.compile("pissa.*|olora|corda|loftq|lora_ga|mica");

  static LoraSettings of(Config config) {
    if (!config.text("peft_type", "LORA").equals("LORA"))
      throw config.invalid("peft_type", "LORA, the only kind of adapter that is merged here");
    for (String key : OTHER_FUNCTIONS)
      if (config.has(key) && !config.json(key).orElse("").matches(EMPTY))
        throw config.invalid(key, "null: what it does is no change of weights that is known here");
    for (String key : OTHER_FLAGS)
      if (config.flag(key, false)) throw config.invalid(key, "false: this kind is not merged here");
    config
        .json("init_lora_weights")
        .filter(text -> CHANGES_BASE.matcher(text.replace("\"", "")).matches())
        .ifPresent(_ -> {
          throw config.invalid(
              "init_lora_weights",
              "a beginning that leaves the base as it is: with this one, the base was changed"
                  + " before training, and the adapter fits only that; convert the adapter to a"
                  + " plain one with PEFT first (save_pretrained(..."
                  + ", path_initial_model_for_weight_conversion=...))");
        });
    return new LoraSettings(
        config.number("r"),
        config.real("lora_alpha", (double) config.number("r")),
        patterns(config, "rank_pattern"),
        patterns(config, "alpha_pattern"),
        config.flag("use_rslora", false),
        config.flag("fan_in_fan_out", false));
  }

  private static Map<Pattern, Double> patterns(Config config, String key) {
    Map<Pattern, Double> patterns = new LinkedHashMap<>();
    Config section = config.section(key).orElseGet(() -> Config.builder().build());
    for (String name : section.keys())
      try {
        patterns.put(Pattern.compile("(.*\\.)?(" + name + ")"), section.real(name));
      } catch (PatternSyntaxException senseless) {
        throw config.invalid(key, "regular expressions of module names");
      }
    return patterns;
  }

  /** The rank that a module should have. */
  long rank(String module) {
    return Math.round(value(ranks, module, (double) rank));
  }

  /** What the product of a module's two matrices is multiplied by. */
  double scaling(String module) {
    double rank = (double) rank(module);
    return value(alphas, module, alpha) / (rootOfRank ? Math.sqrt(rank) : rank);
  }

  private static double value(Map<Pattern, Double> patterns, String module, double otherwise) {
    for (Map.Entry<Pattern, Double> pattern : patterns.entrySet())
      if (pattern.getKey().matcher(module).matches()) return pattern.getValue();
    return otherwise;
  }
}
