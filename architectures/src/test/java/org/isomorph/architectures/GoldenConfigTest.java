package org.isomorph.architectures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.isomorph.architectures.Goldens.DIALECTS;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.Spelling;
import org.isomorph.dialect.TensorInfos;
import org.isomorph.spec.Model;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Configurations are read and written in both spellings, and nothing that counts is lost. */
class GoldenConfigTest {
  static final List<String> GOLDENS = Goldens.NAMES;

  static Stream<Path> configurations() {
    return GOLDENS.stream().flatMap(name -> Goldens.configurations(name).stream());
  }

  @ParameterizedTest
  @MethodSource("configurations")
  void whatIsReadIsWrittenAgain(Path file) {
    Config golden = Goldens.config(file);
    Dialect dialect = DIALECTS.reading(golden);
    Model model = dialect.spec(golden, TensorInfos.UNKNOWN);
    Config written = dialect.config(model, Spelling.of(golden));

    assertThat(dialect.spec(written, TensorInfos.UNKNOWN)).isEqualTo(model);
    for (String path : golden.asked()) {
      Optional<String> before = leaf(golden, path);
      Optional<String> after = leaf(written, path);
      if (before.isEmpty() || (after.isEmpty() && isImplied(path, golden, written, model)))
        continue;
      assertThat(after.map(GoldenConfigTest::value))
          .as(path)
          .isEqualTo(before.map(GoldenConfigTest::value));
    }
  }

  /** A key may stay away if the model is the same without it: its value is the default. */
  private static boolean isImplied(String path, Config golden, Config written, Model model) {
    Dialect dialect = DIALECTS.reading(golden);
    Config without = without(golden.with(written), keys(path));
    return dialect.spec(without, TensorInfos.UNKNOWN).equals(model);
  }

  private static Config without(Config config, List<String> keys) {
    String key = keys.getFirst();
    if (keys.size() == 1) return config.without(List.of(key));
    Config inner = without(config.section(key).orElseThrow(), keys.subList(1, keys.size()));
    return config.with(Config.builder().set(key, inner).build());
  }

  private static List<String> keys(String path) {
    return List.of(path.substring("$.".length()).split("\\."));
  }

  /** The JSON of a value that is no object and not null. */
  private static Optional<String> leaf(Config config, String path) {
    List<String> keys = keys(path);
    Config at = config;
    for (String key : keys.subList(0, keys.size() - 1)) {
      Optional<Config> section = at.section(key);
      if (section.isEmpty()) return Optional.empty();
      at = section.get();
    }
    return at.json(keys.getLast()).filter(json -> !json.equals("null") && !json.startsWith("{"));
  }

  /** Numbers are equal by value. */
  private static Object value(String json) {
    return json.matches("-?[0-9.]+([eE][-+]?[0-9]+)?")
        ? new BigDecimal(json).stripTrailingZeros()
        : json;
  }

  @ParameterizedTest
  @FieldSource("GOLDENS")
  void bothSpellingsSayTheSame(String name) {
    List<Model> models =
        Goldens.configurations(name).stream()
            .map(Goldens::config)
            .map(config -> DIALECTS.reading(config).spec(config, TensorInfos.UNKNOWN))
            .distinct()
            .toList();
    assertThat(models).hasSize(1);
  }

  @ParameterizedTest
  @FieldSource("GOLDENS")
  void eitherSpellingIsWrittenAndRead(String name) {
    Config golden = Goldens.config(Goldens.configurations(name).getFirst());
    Dialect dialect = DIALECTS.reading(golden);
    Model model = dialect.spec(golden, TensorInfos.UNKNOWN);
    for (Spelling spelling : Spelling.values())
      assertThat(dialect.spec(dialect.config(model, spelling), TensorInfos.UNKNOWN))
          .isEqualTo(model);
  }
}
