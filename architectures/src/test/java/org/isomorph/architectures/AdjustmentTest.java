package org.isomorph.architectures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.isomorph.convert.Evidence;
import org.isomorph.convert.Outcome;
import org.isomorph.convert.Plan;
import org.isomorph.convert.Step;
import org.isomorph.dialect.Config;
import org.isomorph.tensorfile.SafetensorsDirectory;
import org.isomorph.tensorfile.StoredTensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What has to be adjusted on the way to another family, and what of it is left on the way back. */
class AdjustmentTest {
  @TempDir Path folder;

  @Test
  void aNormalisedHeadIsDividedByTheLengthsOfItsRows() throws IOException {
    Path source = Goldens.directory("baichuan2_7b");
    Plan plan = Conversions.convert(source, folder.resolve("llama"), "llama");
    assertThat(plan.outcome()).isEqualTo(Outcome.ROUNDED);
    assertThat(sentences(plan))
        .containsExactly(
            "fold the normalised head into its weight: "
                + "each row divided by its length in float64 and rounded once");

    float[] before = floats(source, "lm_head.weight");
    float[] after = floats(folder.resolve("llama"), "lm_head.weight");
    int width = (int) plan.model().last().dim();
    for (int row = 0; row < before.length; row += width) {
      double squares = 0;
      for (int i = row; i < row + width; i++) squares += (double) before[i] * before[i];
      for (int i = row; i < row + width; i++) {
        float expected = (float) (before[i] / Math.sqrt(squares));
        assertThat(after[i]).isCloseTo(expected, within(Math.ulp(expected)));
      }
    }
  }

  @Test
  void biasesOfQwen2MoveToLlamaBesideAZeroOne() throws IOException {
    Plan plan = Conversions.convert(Goldens.directory("qwen2"), folder.resolve("llama"), "llama");
    assertThat(plan.config().flag("attention_bias", false)).isTrue();
    assertThat(floats(folder.resolve("llama"), "model.layers.1.self_attn.o_proj.bias"))
        .hasSize(32)
        .containsOnly(0f);
    assertThat(floats(folder.resolve("llama"), "model.layers.1.self_attn.q_proj.bias"))
        .isEqualTo(floats(Goldens.directory("qwen2"), "model.layers.1.self_attn.q_proj.bias"));
  }

  @Test
  void zeroBiasesThatWereAddedAreLeftOutAgain() throws IOException {
    Path source = Goldens.directory("llama"), qwen2 = folder.resolve("qwen2");
    Plan there = Conversions.convert(source, qwen2, "qwen2");
    assertThat(sentences(there)).containsExactly("add zero attention biases");
    assertThat(Conversions.tensors(qwen2)).containsKey("model.layers.0.self_attn.k_proj.bias");

    Plan back = Conversions.convert(qwen2, folder.resolve("llama"), "llama");
    assertThat(sentences(back)).containsExactly("leave out zero attention biases");
    assertThat(back.evidence())
        .filteredOn(evidence -> evidence.question().endsWith("is all zeros"))
        .hasSize(9)
        .allMatch(Evidence::holds);
    assertThat(back.left())
        .containsEntry(
            "model.layers.0.self_attn.k_proj.bias", "what the steps leave out, on evidence");
    assertThat(Conversions.tensors(folder.resolve("llama"))).isEqualTo(Conversions.tensors(source));
  }

  @Test
  void aTiedHeadStaysTied() throws IOException {
    Plan plan = Conversions.plan(Goldens.directory("llama3-rope"), "mistral");
    assertThat(plan.steps()).isEmpty();
    assertThat(plan.config().flag("tie_word_embeddings", false)).isTrue();
    assertThat(plan.tensors()).noneMatch(tensor -> tensor.name().equals("lm_head.weight"));
  }

  @Test
  void aCopyOfATiedHeadIsKeptInItsFamilyOnly() throws IOException {
    Path source =
        Crafted.from("llama3-rope")
            .copy("lm_head.weight", "model.embed_tokens.weight")
            .write(folder.resolve("source"));
    Conversions.convert(source, folder.resolve("llama"), "llama");
    assertThat(Conversions.tensors(folder.resolve("llama"))).isEqualTo(Conversions.tensors(source));

    Plan plan = Conversions.convert(source, folder.resolve("mistral"), "mistral");
    assertThat(plan.left())
        .isEqualTo(Map.of("lm_head.weight", "a copy of a tensor that is written"));
    assertThat(Conversions.tensors(folder.resolve("mistral"))).doesNotContainKey("lm_head.weight");
  }

  @Test
  void aFamilyThatHasNoKeyForItGetsAModelWhoseValueIsTheUsual() throws IOException {
    // Other bases than 10000 are beyond Baichuan.
    Path source =
        Crafted.from("baichuan1_7b")
            .config(Config.builder().set("isomorph_positions", "rope").build())
            .write(folder.resolve("source"));
    Plan plan = Conversions.plan(source, "llama");
    assertThat(plan.config().real("rope_theta")).isEqualTo(10_000);
    assertThat(plan.outcome()).isEqualTo(Outcome.EXACT);
  }

  private static List<String> sentences(Plan plan) {
    return plan.steps().stream().map(Step::sentence).toList();
  }

  private static float[] floats(Path directory, String name) throws IOException {
    StoredTensor tensor = SafetensorsDirectory.open(directory).tensor(name);
    return MemorySegment.ofArray(Conversions.bytes(tensor))
        .toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
  }
}
