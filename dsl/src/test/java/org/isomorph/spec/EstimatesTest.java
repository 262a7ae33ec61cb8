package org.isomorph.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.isomorph.spec.Published.*;

import java.util.stream.Stream;
import org.isomorph.tensor.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class EstimatesTest {
  static Stream<Arguments> published() {
    return Stream.of(
        Arguments.of(LLAMA2_7B, 6_738_415_616L),
        Arguments.of(LLAMA3_8B, 8_030_261_248L),
        Arguments.of(LLAMA3_70B, 70_553_706_496L),
        Arguments.of(QWEN25_05B, 494_032_768L),
        Arguments.of(QWEN2_7B, 7_615_616_512L),
        Arguments.of(MISTRAL_7B, 7_241_732_096L),
        Arguments.of(GPT2, 124_439_808L),
        Arguments.of(BERT_BASE, 109_482_240L),
        Arguments.of(T5_BASE, 222_903_552L),
        Arguments.of(MIXTRAL_8X7B, 46_702_792_704L),
        Arguments.of(DEEPSEEK_V3, 671_026_419_200L),
        Arguments.of(BAICHUAN2_7B, 7_505_973_248L),
        Arguments.of(BLOOM_176B, 176_247_271_424L),
        Arguments.of(GLM_130B, 128_697_794_560L),
        Arguments.of(GEMMA2_2B, 2_614_341_888L),
        Arguments.of(OPT_350M, 331_196_416L),
        Arguments.of(BART_BASE, 139_420_416L),
        Arguments.of(CLIP_B32, 151_277_313L),
        Arguments.of(VIT_B16, 86_567_656L));
  }

  @ParameterizedTest
  @MethodSource("published")
  void parametersAreThoseOfThePublishedModel(Model model, long parameters) {
    assertThat(model.parameters()).isEqualTo(parameters);
  }

  @Test
  void aTokenPassesTheChosenExpertsOnly() {
    assertThat(Estimates.of(MIXTRAL_8X7B).activeParameters()).isEqualTo(12_879_925_248L);
    assertThat(Estimates.of(LLAMA3_8B).activeParameters()).isEqualTo(LLAMA3_8B.parameters());
  }

  @Test
  void multiTokenHeadsAreCountedApart() {
    // One layer of the mixture, a projection of two widths to one, and three norms.
    long layer =
        Parameters.of(DEEPSEEK_V3).stream()
            .filter(parameter -> parameter.name().startsWith("decoder.60."))
            .mapToLong(parameter -> parameter.shape().elements())
            .sum();
    assertThat(Estimates.of(DEEPSEEK_V3).nextTokenParameters())
        .isEqualTo(layer + 2L * 7168 * 7168 + 3 * 7168);
  }

  @Test
  void operationsFollowFromTheWidths() {
    long llama = 32 * (2 * 4096L * 4096 + 2 * 4096L * 1024 + 3 * 4096L * 14_336) + 128_256L * 4096;
    assertThat(Estimates.of(LLAMA3_8B).flopsPerToken()).isEqualTo(2 * llama);

    long gpt2 = 12 * (12L * 768 * 768) + 50_257L * 768; // the tied table multiplies too
    assertThat(Estimates.of(GPT2).flopsPerToken()).isEqualTo(2 * gpt2);

    long mixtral =
        32 * (2 * 4096L * 4096 + 2 * 4096L * 1024 + 2 * 3 * 4096L * 14_336 + 8 * 4096L)
            + 32_000L * 4096;
    assertThat(Estimates.of(MIXTRAL_8X7B).flopsPerToken()).isEqualTo(2 * mixtral);

    // A decoded token passes the decoder; the encoder's keys and values were there before it.
    long t5 = 12 * (4 * 768L * 768 + 2 * 768L * 768 + 2 * 768L * 3072) + 32_128L * 768;
    assertThat(Estimates.of(T5_BASE).flopsPerToken()).isEqualTo(2 * t5);
  }

  @Test
  void theCacheGrowsByKeysAndValues() {
    assertThat(Estimates.of(LLAMA2_7B).cacheBytesPerToken(DType.BF16)).isEqualTo(524_288);
    assertThat(Estimates.of(LLAMA3_8B).cacheBytesPerToken(DType.BF16)).isEqualTo(131_072);
    assertThat(Estimates.of(DEEPSEEK_V3).cacheBytesPerToken(DType.BF16))
        .isEqualTo(61 * (512 + 64) * 2);
    // Thirteen layers of their own, and one cache for the other thirteen.
    assertThat(Estimates.of(YOCO_3B).cacheElementsPerToken())
        .isEqualTo(13 * 2 * 3072 + 2 * 8 * 128);
    assertThat(Estimates.of(BERT_BASE).cacheElementsPerToken()).isZero();
  }
}
