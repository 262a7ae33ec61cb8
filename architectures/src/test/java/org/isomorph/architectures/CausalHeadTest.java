package org.isomorph.architectures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.isomorph.architectures.Goldens.DIALECTS;
import static org.isomorph.spec.Dsl.classes;
import static org.isomorph.spec.Dsl.reward;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.isomorph.convert.Checkpoint;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.Spelling;
import org.isomorph.dialect.Table;
import org.isomorph.dialect.TensorInfos;
import org.isomorph.spec.Head;
import org.isomorph.spec.Model;
import org.isomorph.spec.Pooling;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Any causal family may score the last token instead of predicting the next, or do neither. */
class CausalHeadTest {
  private static final String SCORES = "score.weight";

  @TempDir Path folder;

  static Stream<Arguments> scoring() {
    return Stream.of(
            "llama",
            "mistral",
            "mixtral",
            "phi3",
            "gemma",
            "gemma2",
            "qwen2",
            "qwen2-moe",
            "qwen3",
            "qwen3-moe",
            "deepseek-v2",
            "deepseek-v3",
            "glm",
            "glm4",
            "gpt-neox",
            "gpt1",
            "gpt2",
            "opt",
            "bloom")
        .flatMap(golden -> Stream.of(1L, 3L).map(labels -> Arguments.of(golden, labels)));
  }

  @ParameterizedTest(name = "{0} with {1}")
  @MethodSource("scoring")
  void aClassifierIsReadAndWritten(String golden, long labels) throws IOException {
    Path source = scoring(golden, labels).write(folder.resolve("source"));
    Checkpoint checkpoint = Goldens.open(source);
    Head head = labels == 1 ? reward() : classes(labels, Pooling.LAST).unbiased();
    assertThat(checkpoint.model().heads()).containsExactly(head);
    assertThat(checkpoint.unknown()).isEmpty();

    Dialect dialect = checkpoint.dialect();
    for (Spelling spelling : Spelling.values()) {
      Config written = dialect.config(checkpoint.model(), spelling);
      assertThat(dialect.spec(written, TensorInfos.UNKNOWN).heads()).containsExactly(head);
      assertThat(written.texts("architectures").getFirst()).endsWith("ForSequenceClassification");
    }
  }

  @Test
  void aRewardModelChangesItsFamilyAndComesBack() throws IOException {
    Path source = scoring("phi3", 1).write(folder.resolve("source"));
    Conversions.convert(source, folder.resolve("there"), "qwen2");
    assertThat(Conversions.tensors(folder.resolve("there"))).containsKey(SCORES);
    Conversions.convert(folder.resolve("there"), folder.resolve("back"), "phi3");
    assertThat(Conversions.tensors(folder.resolve("back"))).isEqualTo(Conversions.tensors(source));
  }

  private static Crafted scoring(String golden, long labels) throws IOException {
    Config.Builder names = Config.builder();
    for (long label = 0; label < labels; label++) names.set(Long.toString(label), "grade " + label);
    Config over =
        Config.builder()
            .set("architectures", List.of("AnyForSequenceClassification"))
            .set("id2label", names.build())
            .build();
    long width = Goldens.open(golden).model().last().dim();
    return Crafted.from(golden)
        .remove("lm_head.weight")
        .remove("embed_out.weight")
        .add(SCORES, labels, width)
        .config(over);
  }

  @Test
  void aClassifierThatDoesNotSayHasTwoLabels() {
    Config config = Goldens.config(Goldens.directory("reward-llama").resolve("config.json"));
    Model model = spec(config.without(List.of("id2label", "label2id")));
    assertThat(model.heads()).containsExactly(classes(2, Pooling.LAST).unbiased());
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama", "mixtral", "phi3", "qwen3-moe", "deepseek-v2"})
  void aBareModelHasNoHeadAndNoPrefix(String golden) throws IOException {
    Config bare = Config.builder().set("architectures", List.of("AnyModel")).build();
    Path source =
        Crafted.from(golden)
            .config(bare)
            .remove("lm_head.weight")
            .rename(name -> name.substring("model.".length()))
            .write(folder.resolve("source"));
    Checkpoint checkpoint = Goldens.open(source);
    assertThat(checkpoint.model().heads()).isEmpty();
    assertThat(checkpoint.unknown()).isEmpty();
    assertThat(
            Table.of(checkpoint.model(), checkpoint.dialect().rows(checkpoint.model())).entries())
        .allMatch(entry -> entry.name().startsWith("model."));
    Config written = checkpoint.dialect().config(checkpoint.model(), Spelling.BEFORE_5);
    assertThat(spec(written).heads()).isEmpty();
  }

  @Test
  void aBareModelWhoseHeadIsTiedHasIt() {
    Config config = Goldens.config(Goldens.directory("llama3-rope").resolve("config.json"));
    Config bare = Config.builder().set("architectures", List.of("LlamaModel")).build();
    assertThat(spec(config.with(bare)).lm()).map(Head.Lm::isTied).contains(true);
  }

  private static Model spec(Config config) {
    return DIALECTS.reading(config).spec(config, TensorInfos.UNKNOWN);
  }
}
