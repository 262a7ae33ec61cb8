package org.isomorph.architectures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.isomorph.architectures.Goldens.DIALECTS;
import static org.isomorph.spec.Dsl.*;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.DialectException;
import org.isomorph.dialect.Outline;
import org.isomorph.dialect.Spelling;
import org.isomorph.dialect.TensorInfos;
import org.isomorph.spec.Activation;
import org.isomorph.spec.Heads;
import org.isomorph.spec.Mixture;
import org.isomorph.spec.Model;
import org.isomorph.spec.Rope;
import org.isomorph.spec.Router;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Keys that no golden has, but other checkpoints do. */
class ConfigurationKeysTest {
  @TempDir Path folder;

  // ---- Phi-3

  @ParameterizedTest
  @EnumSource
  void longRopeFactorsAreReadAndWritten(Spelling spelling) {
    Config keys =
        Config.builder()
            .set("type", "su")
            .set("short_factor", List.of(1.0, 1.5, 2.0))
            .set("long_factor", List.of(2.0, 3.0, 4.5))
            .build();
    Config config =
        golden("phi3")
            .with(
                Config.builder()
                    .set("rope_scaling", keys)
                    .set("original_max_position_embeddings", 16L)
                    .set("partial_rotary_factor", 0.75)
                    .build())
            .without(List.of("rope_parameters"));
    Model model = spec(config);
    Rope rope = (Rope) heads(model, 0).position();
    assertThat(rope.dim()).isEqualTo(6);
    assertThat(rope.scaling())
        .isEqualTo(
            longRope(List.of(1.0, 1.5, 2.0), List.of(2.0, 3.0, 4.5), 16)
                .attentionFactor(Math.sqrt(1.5)));

    Config written = DIALECTS.named("phi3").config(model, spelling);
    assertThat(spec(written)).isEqualTo(model);
    assertThat(written.number("original_max_position_embeddings")).isEqualTo(16);
    if (spelling == Spelling.BEFORE_5)
      assertThat(written.section("rope_scaling").orElseThrow().keys())
          .containsExactly("type", "short_factor", "long_factor");
    Model longer = model.context(1024);
    assertThat(spec(DIALECTS.named("phi3").config(longer, spelling))).isEqualTo(longer);
  }

  @Test
  void phi3HasNoOtherScaling() {
    Config keys = Config.builder().set("rope_type", "linear").set("factor", 2.0).build();
    Config config = golden("phi3").with(Config.builder().set("rope_parameters", keys).build());
    assertThatThrownBy(() -> spec(config))
        .isInstanceOf(DialectException.class)
        .hasMessageContaining("$.rope_parameters: expected longrope");
  }

  @Test
  void phi3IsToldThatThereIsNoPaddingToken() {
    // Its code would take 32000, which LLaMA 2 has no row for.
    Config written =
        DIALECTS.named("phi3").config(spec(golden("qwen2").with(nobody())), Spelling.BEFORE_5);
    assertThat(written.json("pad_token_id")).contains("null");
  }

  private static Config nobody() {
    return Config.builder().setNull("pad_token_id").build();
  }

  // ---- Qwen 1

  @Test
  void theFirstQwenHasOtherKeys() {
    Config early =
        Config.builder()
            .set("model_type", "qwen")
            .set("activation", "swiglu")
            .set("n_embd", 32)
            .set("n_layer", 2)
            .set("n_head", 4)
            .set("kv_channels", 8)
            .set("ffn_hidden_size", 96)
            .set("n_positions", 64)
            .set("vocab_size", 60)
            .set("padded_vocab_size", 64)
            .set("layer_norm_epsilon", 1e-6)
            .set("rotary_emb_base", 10_000)
            .set("seq_length", 4)
            .set("use_dynamic_ntk", true)
            .set("use_logn_attn", true)
            .build();
    assertThat(spec(early)).isEqualTo(spec(golden("qwen1-long")));
  }

  @Test
  void aQwenThatDoesNotStretchIsQwen2() {
    Config config =
        golden("qwen1")
            .with(
                Config.builder().set("use_dynamic_ntk", false).set("use_logn_attn", false).build());
    Model model = spec(config);
    assertThat(spec(DIALECTS.named("qwen2").config(model, Spelling.BEFORE_5)).named("qwen1"))
        .isEqualTo(model);
  }

  // ---- mixtures of Qwen

  @ParameterizedTest
  @EnumSource
  void someLayersAreDense(Spelling spelling) {
    Config keys =
        Config.builder()
            .set("decoder_sparse_step", 2)
            .set("mlp_only_layers", List.of(1L))
            .set("num_hidden_layers", 4)
            .build();
    for (String golden : List.of("qwen2-moe", "qwen3-moe")) {
      Model model = spec(golden(golden).with(keys));
      assertThat(model.last().layers().map(block -> block.has(Mixture.class)))
          .containsExactly(false, false, false, true);
      Dialect dialect = DIALECTS.named(golden);
      assertThat(spec(dialect.config(model, spelling))).isEqualTo(model);
    }
  }

  @Test
  void windowsOfQwen2MoeAlternateUpToALayer() {
    Config keys =
        Config.builder()
            .set("use_sliding_window", true)
            .set("sliding_window", 4)
            .set("max_window_layers", 2)
            .build();
    Model model = spec(golden("qwen2-moe").without(List.of("layer_types")).with(keys));
    assertThat(windows(model))
        .containsExactly(OptionalLong.of(4), OptionalLong.empty(), OptionalLong.empty());
    assertThat(spec(DIALECTS.named("qwen2-moe").config(model, Spelling.BEFORE_5))).isEqualTo(model);

    Model all = spec(golden("qwen3-moe").with(keys));
    assertThat(windows(all)).containsExactlyElementsOf(Collections.nCopies(3, OptionalLong.of(4)));
    assertThat(spec(DIALECTS.named("qwen3-moe").config(all, Spelling.BEFORE_5))).isEqualTo(all);
  }

  // ---- Gemma

  @Test
  void gemmasFirstGeluIsTheApproximatedOne() {
    Config first = Config.builder().set("hidden_act", "gelu").build();
    assertThat(spec(golden("gemma").with(first))).isEqualTo(spec(golden("gemma")));
    Config exact = Config.builder().set("hidden_activation", "gelu").build();
    assertThat(Outline.of(spec(golden("gemma").with(exact))).ffn().activation())
        .isEqualTo(Activation.GELU);
  }

  @ParameterizedTest
  @EnumSource
  void gemma2WithoutCapsAndWithAScaleOfItsOwn(Spelling spelling) {
    Config keys =
        Config.builder()
            .setNull("attn_logit_softcapping")
            .setNull("final_logit_softcapping")
            .set("query_pre_attn_scalar", 144)
            .build();
    Model model = spec(golden("gemma2").without(List.of("layer_types")).with(keys));
    assertThat(heads(model, 0).softcap()).isEmpty();
    assertThat(heads(model, 0).scale()).isEqualTo(1.0 / 12);
    assertThat(windows(model))
        .containsExactly(OptionalLong.of(4), OptionalLong.empty(), OptionalLong.of(4));
    Config written = DIALECTS.named("gemma2").config(model, spelling);
    assertThat(written.number("query_pre_attn_scalar")).isEqualTo(144);
    assertThat(spec(written)).isEqualTo(model);
    Config silent =
        golden("gemma2")
            .without(List.of("attn_logit_softcapping", "final_logit_softcapping", "layer_types"));
    assertThat(spec(silent)).isEqualTo(spec(golden("gemma2")));
  }

  // ---- DeepSeek-V2

  @ParameterizedTest
  @EnumSource
  void expertsOfDeepseekV2AreChosenInGroups(Spelling spelling) {
    Config keys =
        Config.builder()
            .set("topk_method", "group_limited_greedy")
            .set("n_group", 2)
            .set("topk_group", 1)
            .set("routed_scaling_factor", 16.0)
            .setNull("q_lora_rank")
            .build();
    Model model = spec(golden("deepseek-v2").with(keys));
    assertThat(Outline.mixture(model.last()).router())
        .isEqualTo(groupedRouter(Router.Grouped.Score.SOFTMAX_MAX, 2, 1, 16));
    assertThat(spec(DIALECTS.named("deepseek-v2").config(model, spelling))).isEqualTo(model);
  }

  // ---- Yi

  @Test
  void theFirstYiNumbersItsNorms() throws IOException {
    Config yi =
        Config.builder()
            .set("architectures", List.of("YiForCausalLM"))
            .set("model_type", "Yi")
            .build();
    Path source =
        Crafted.from("llama")
            .config(yi)
            .rename(name ->
                name.replace("input_layernorm", "ln1").replace("post_attention_layernorm", "ln2"))
            .write(folder.resolve("source"));
    assertThat(Goldens.open(source).unknown()).isEmpty();
    Conversions.convert(source, folder.resolve("mistral"), "mistral");
    assertThat(Conversions.tensors(folder.resolve("mistral")))
        .isEqualTo(Conversions.tensors(Goldens.directory("llama")));
  }

  // ---- refused

  static Stream<Arguments> refused() {
    return Stream.of(
        Arguments.of("gemma", "use_bidirectional_attention", true, "expected false: a Gemma"),
        Arguments.of("gemma2", "use_bidirectional_attention", true, "expected false: a Gemma"),
        Arguments.of("phi3", "mlp_bias", true, "expected false: the family has no biases"),
        Arguments.of("qwen1", "activation", "gelu", "expected swiglu, found \"gelu\""),
        Arguments.of("qwen1", "kv_channels", 16L, "expected 8, the width over the heads, found 16"),
        Arguments.of("deepseek-v2", "topk_method", "noaux_tc", "expected greedy or group"),
        Arguments.of("deepseek-v2", "norm_topk_prob", true, "expected false: the authors' code"),
        Arguments.of("deepseek-v2", "scoring_func", "sigmoid", "expected softmax"),
        Arguments.of("deepseek-v2", "mlp_bias", true, "expected false: experts have no biases"),
        Arguments.of("deepseek-v2", "moe_layer_freq", 2L, "expected 1, found 2"));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("refused")
  void whatCannotBeDescribedIsRefused(String golden, String key, Object value, String message) {
    Config.Builder over = Config.builder();
    switch (value) {
      case Boolean flag -> over.set(key, flag.booleanValue());
      case Long number -> over.set(key, number.longValue());
      default -> over.set(key, value.toString());
    }
    assertThatThrownBy(() -> spec(golden(golden).with(over.build())))
        .isInstanceOf(DialectException.class)
        .hasMessageContaining("$." + key + ": " + message);
  }

  private static Config golden(String name) {
    return Goldens.config(Goldens.directory(name).resolve("config.json"));
  }

  private static Model spec(Config config) {
    return DIALECTS.reading(config).spec(config, TensorInfos.UNKNOWN);
  }

  private static Heads heads(Model model, long layer) {
    return (Heads) model.last().layer(layer).mixers().findFirst().orElseThrow();
  }

  private static List<OptionalLong> windows(Model model) {
    return model
        .last()
        .layers()
        .map(block ->
            block
                .mixers()
                .filter(Heads.class::isInstance)
                .map(mixer -> ((Heads) mixer).window())
                .findFirst()
                .orElseThrow())
        .toList();
  }
}
