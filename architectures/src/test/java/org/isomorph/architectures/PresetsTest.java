package org.isomorph.architectures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.isomorph.architectures.Goldens.DIALECTS;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.Preset;
import org.isomorph.dialect.Table;
import org.isomorph.dialect.TensorInfos;
import org.isomorph.spec.Estimates;
import org.isomorph.spec.Model;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Published configurations give the models that people describe, with the published sizes. */
class PresetsTest {
  static Stream<Arguments> published() {
    return Stream.of(
        Arguments.of("llama-2-7b", Described.LLAMA_2_7B, 6_738_415_616L),
        Arguments.of("llama-3-8b", Described.LLAMA_3_8B, 8_030_261_248L),
        Arguments.of("llama-3-70b", Described.LLAMA_3_70B, 70_553_706_496L),
        Arguments.of("qwen2.5-0.5b", Described.QWEN_25_05B, 494_032_768L),
        Arguments.of("qwen2-7b", Described.QWEN_2_7B, 7_615_616_512L),
        Arguments.of("mistral-7b-v0.1", Described.MISTRAL_7B, 7_241_732_096L),
        Arguments.of("gpt2", Described.GPT_2, 124_439_808L),
        Arguments.of("bert-base-uncased", Described.BERT_BASE, 109_482_240L),
        Arguments.of("t5-base", Described.T5_BASE, 222_903_552L),
        Arguments.of("mixtral-8x7b", Described.MIXTRAL_8X7B, 46_702_792_704L),
        Arguments.of("phi-3-mini-4k", Described.PHI_3_MINI, 3_821_079_552L),
        Arguments.of("gemma-2b", Described.GEMMA_2B, 2_506_172_416L),
        Arguments.of("gemma-2-2b", Described.GEMMA_2_2B, 2_614_341_888L),
        Arguments.of("qwen-7b", Described.QWEN_7B, 7_721_324_544L),
        Arguments.of("qwen1.5-moe-a2.7b", Described.QWEN_15_MOE, 14_315_784_192L),
        Arguments.of("qwen3-30b-a3b", Described.QWEN_3_30B, 30_532_122_624L),
        Arguments.of("deepseek-v2-lite", Described.DEEPSEEK_V2_LITE, 15_706_484_224L),
        Arguments.of("deepseek-v2", Described.DEEPSEEK_V2, 235_741_434_880L),
        Arguments.of("deepseek-v3", Described.DEEPSEEK_V3, 671_026_419_200L),
        Arguments.of("baichuan2-7b", Described.BAICHUAN_2_7B, 7_505_973_248L),
        Arguments.of("bloom-176b", Described.BLOOM_176B, 176_247_271_424L),
        Arguments.of("glm-130b", Described.GLM_130B, 128_697_794_560L),
        Arguments.of("chatglm-6b", Described.CHATGLM_6B, 6_173_286_400L),
        Arguments.of("chatglm3-6b", Described.CHATGLM_3_6B, 6_243_584_000L),
        Arguments.of("glm-4-9b-chat", Described.GLM_4_9B, 9_399_951_360L),
        Arguments.of("glm-4-9b-chat-hf", Described.GLM_4_9B, 9_399_951_360L),
        Arguments.of("glm-4-9b-0414", Described.GLM_4_9B_0414, 9_400_279_040L),
        Arguments.of("gpt-neox-20b", Described.GPT_NEOX_20B, 20_554_567_680L),
        Arguments.of("gpt1", Described.GPT_1, 116_534_784L),
        Arguments.of("opt-125m", Described.OPT_125M, 125_239_296L),
        Arguments.of("opt-350m", Described.OPT_350M, 331_196_416L),
        Arguments.of("roberta-base", Described.ROBERTA_BASE, 124_697_433L),
        // The bias of the logits, which files have as a buffer, is counted.
        Arguments.of("bart-large-cnn", Described.BART_LARGE_CNN, 406_290_432L + 50_264),
        Arguments.of("switch-base-8", Described.SWITCH_BASE_8, 619_339_008L),
        Arguments.of("vit-base-patch16-224", Described.VIT_BASE, 86_567_656L),
        Arguments.of("clip-vit-base-patch32", Described.CLIP_BASE, 151_277_313L),
        Arguments.of("clip-vit-large-patch14", Described.CLIP_LARGE, 427_616_513L),
        Arguments.of("falcon-7b", Described.FALCON_7B, 6_921_720_704L),
        Arguments.of("falcon-40b", Described.FALCON_40B, 41_303_293_952L),
        Arguments.of("falcon-rw-1b", Described.FALCON_RW_1B, 1_311_625_216L),
        Arguments.of("palm-8b", Described.PALM_8B, 8_632_012_800L),
        Arguments.of("palm-540b", Described.PALM_540B, 540_356_474_880L),
        Arguments.of("glm-130b", Described.GLM_130B, 128_697_794_560L));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("published")
  void aPublishedConfigurationGivesTheModelAndItsSize(
      String name, Model described, long parameters) {
    Model read = read(name);
    assertThat(described.parameters()).isEqualTo(parameters);
    assertThat(read.parameters()).isEqualTo(parameters);
    assertThat(read.named(described.name())).isEqualTo(described);
  }

  @Test
  void twoExpertsOfEightServeAToken() {
    assertThat(Estimates.of(read("mixtral-8x7b")).activeParameters()).isEqualTo(12_879_925_248L);
  }

  @ParameterizedTest
  @CsvSource({
    "gemma-7b, 8537680896",
    "gemma-2-9b, 9241705984",
    "gemma-2-27b, 27227128320",
    "phi-4, 14659507200",
    "qwen3-235b-a22b, 235093634560",
    "pythia-1.4b, 1414647808"
  })
  void siblingsHaveTheirPublishedSizes(String name, long parameters) {
    assertThat(read(name).parameters()).isEqualTo(parameters);
  }

  static Stream<Arguments> all() {
    return DIALECTS.all().stream()
        .flatMap(dialect ->
            dialect.presets().stream().map(preset -> Arguments.of(preset.name(), dialect, preset)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("all")
  void everyPresetIsReadByItsFamilyAndHasATable(String name, Dialect dialect, Preset preset) {
    assertThat(DIALECTS.reading(preset.config())).isEqualTo(dialect);
    Model model = dialect.spec(preset.config(), TensorInfos.UNKNOWN);
    Table table = Table.of(model, dialect.rows(model));
    assertThat(table.entries()).isNotEmpty();
  }

  @Test
  void noTwoPresetsHaveOneName() {
    Set<String> names = new HashSet<>();
    for (Dialect dialect : DIALECTS.all())
      for (Preset preset : dialect.presets()) assertThat(names.add(preset.name())).isTrue();
  }

  private static Model read(String name) {
    Map.Entry<Dialect, Preset> found = DIALECTS.preset(name).orElseThrow();
    return found.getKey().spec(found.getValue().config(), TensorInfos.UNKNOWN);
  }
}
