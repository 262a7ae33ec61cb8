package org.isomorph.architectures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.isomorph.architectures.Goldens.DIALECTS;
import static org.isomorph.spec.Activation.GELU;
import static org.isomorph.spec.Activation.GELU_TANH;
import static org.isomorph.spec.Dsl.*;
import static org.isomorph.spec.Projection.K;
import static org.isomorph.spec.Projection.Q;
import static org.isomorph.spec.Projection.V;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.isomorph.convert.Plan;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.DialectException;
import org.isomorph.dialect.Spelling;
import org.isomorph.dialect.TensorInfos;
import org.isomorph.spec.Block;
import org.isomorph.spec.Frame;
import org.isomorph.spec.Head;
import org.isomorph.spec.Heads;
import org.isomorph.spec.Model;
import org.isomorph.spec.Role;
import org.isomorph.spec.Rope;
import org.isomorph.spec.Tokens;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the keys of GLM's generations and of GPT-NeoX mean, read and written. */
class GlmFamiliesTest {
  private static final Heads GLM = gqa(4, 2).biased(Q, K, V).position(rope(10_000).dim(4).pairs());

  @TempDir Path folder;

  private static Model causal(long layers, long vocabulary, Block block) {
    return org.isomorph.spec.Dsl.causal("", vocabulary, 32).layers(layers, block).head(lm());
  }

  static Stream<Arguments> keys() {
    Rope pairs = rope(10_000).dim(4).pairs();
    Heads bare = gqa(4, 2).position(pairs);
    Heads neox = mha(4).biased().position(rope(10_000).dim(2));
    return Stream.of(
        chatglm2(set("multi_query_attention", false), block(rms(1e-5)), mha(4), pairs, false),
        chatglm2(set("rmsnorm", false), block(layerNorm(1e-5)), GLM, pairs, false),
        chatglm2(set("add_qkv_bias", false), block(rms(1e-5)), bare, pairs, false),
        chatglm2(set("add_bias_linear", true), block(rms(1e-5)), GLM.biased(), pairs, true),
        chatglm2(
            set("apply_residual_connection_post_layernorm", true),
            glmNorm(rms(1e-5), 1),
            GLM,
            pairs,
            false),
        chatglm2(set("original_rope", false), block(rms(1e-5)), GLM, pairs, false),
        chatglm2(set("kv_channels", 16L), block(rms(1e-5)), wide(), wide().position(), false),
        chatglm2(
            Config.builder()
                .set("rope_ratio", 4L)
                .set("_name_or_path", "THUDM/chatglm2-6b-32k")
                .build(),
            block(rms(1e-5)),
            GLM,
            pairs.scaled(linear(4)),
            false),
        chatglm2(
            Config.builder()
                .set("rope_ratio", 1.5)
                .set("isomorph_rope_ratio_divides_positions", true)
                .build(),
            block(rms(1e-5)),
            GLM,
            pairs.scaled(linear(1.5)),
            false),
        Arguments.of(
            "glm",
            set("attention_bias", false),
            causal(3, 99, block(rms(1.5625e-7)).attention(bare).ffn(swiglu(48)))),
        Arguments.of(
            "gpt-neox",
            set("use_parallel_residual", false),
            causal(3, 99, block(layerNorm(1e-5)).attention(neox).ffn(mlp(48, GELU).biased()))),
        Arguments.of(
            "gpt-neox",
            Config.builder()
                .setNull("rope_parameters")
                .set("rotary_pct", 1L)
                .set("rotary_emb_base", 20_000L)
                .set("hidden_act", "gelu_fast")
                .set("attention_bias", false)
                .build(),
            causal(
                3,
                99,
                block(layerNorm(1e-5))
                    .parallel(mha(4).rope(20_000), mlp(48, GELU_TANH).biased()))));
  }

  private static Heads wide() {
    return GLM.headDim(16).position(rope(10_000).dim(8).pairs());
  }

  private static Arguments chatglm2(
      Config keys,
      Frame frame,
      Heads heads,
      org.isomorph.spec.RelativePosition position,
      boolean biased) {
    Heads attention =
        heads.keyValueHeads() == 4
            ? heads.biased(Q, K, V).position(position)
            : heads.position(position);
    var ffn = biased ? swiglu(48).biased() : swiglu(48);
    return Arguments.of("chatglm2_6b", keys, causal(2, 64, frame.attention(attention).ffn(ffn)));
  }

  private static Config set(String key, boolean value) {
    return Config.builder().set(key, value).build();
  }

  private static Config set(String key, long value) {
    return Config.builder().set(key, value).build();
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("keys")
  void aKeyThatChangesTheFunctionIsReadAndWritten(String golden, Config keys, Model described) {
    Model read = model(golden, keys);
    assertThat(read.towers()).isEqualTo(described.towers());
    Dialect dialect = DIALECTS.reading(config(golden));
    for (Spelling spelling : Spelling.values())
      assertThat(dialect.spec(dialect.config(read, spelling), TensorInfos.UNKNOWN)).isEqualTo(read);
  }

  @Test
  void withoutAxesChatglmCountsAsGlm130b() {
    Model read = model("chatglm_6b", set("position_encoding_2d", false));
    assertThat(read.tokens().orElseThrow().numbering()).isEqualTo(Tokens.Numbering.SPAN);
    Dialect dialect = DIALECTS.named("chatglm-6b");
    assertThat(dialect.spec(dialect.config(read, Spelling.BEFORE_5), TensorInfos.UNKNOWN))
        .isEqualTo(read);
  }

  @Test
  void idsThatEnterTheFunctionHaveDefaultsUnlessTheyAreNull() {
    List<String> keys = List.of("bos_token_id", "mask_token_id", "gmask_token_id");
    Dialect dialect = DIALECTS.named("chatglm-6b");
    Model usual = dialect.spec(config("chatglm_6b").without(keys), TensorInfos.UNKNOWN);
    assertThat(usual.ids(Role.BOS)).containsExactly(150_004L);
    assertThat(usual.ids(Role.MASK)).containsExactly(150_000L);
    assertThat(usual.ids(Role.GMASK)).containsExactly(150_001L);

    Model none = model("chatglm_6b", Config.builder().setNull("mask_token_id").build());
    assertThat(none.ids(Role.MASK)).isEmpty();
    assertThat(dialect.spec(dialect.config(none, Spelling.BEFORE_5), TensorInfos.UNKNOWN))
        .isEqualTo(none);
  }

  @Test
  void glmWithoutPaddingSaysSo() {
    // A missing key would mean an id that is beyond this vocabulary.
    Model padless = model("chatglm2_6b", Config.builder().build());
    Config written = DIALECTS.named("glm").config(padless, Spelling.BEFORE_5);
    assertThat(written.json("pad_token_id")).contains("null");
  }

  @Test
  void gptNeoxMayBeTiedOrClassify() throws IOException {
    Path tied =
        Crafted.from("gpt-neox")
            .config(set("tie_word_embeddings", true))
            .remove("embed_out.weight")
            .write(folder.resolve("tied"));
    assertThat(Goldens.open(tied).model().heads()).containsExactly(lm().tied());
    Config classifies =
        Config.builder()
            .set("architectures", List.of("GPTNeoXForSequenceClassification"))
            .set("id2label", Config.builder().set("0", "LABEL_0").build())
            .build();
    Path reward =
        Crafted.from("gpt-neox")
            .config(classifies)
            .remove("embed_out.weight")
            .add("score.weight", 1, 32)
            .write(folder.resolve("reward"));
    assertThat(Goldens.open(reward).model().heads()).containsExactly(reward());
    Conversions.convert(reward, folder.resolve("same"), "gpt-neox");
    assertThat(Conversions.tensors(folder.resolve("same"))).isEqualTo(Conversions.tensors(reward));
  }

  @Test
  void aFinalNormThatIsSwitchedOffIsNone() {
    Model read = model("chatglm2_6b", set("post_layer_norm", false));
    assertThat(read.last().norm()).isEqualTo(noNorm());
  }

  static Stream<Arguments> refused() {
    return Stream.of(
        Arguments.of("chatglm_6b", set("quantization_bit", 8), "quantised weights"),
        Arguments.of("chatglm2_6b", set("quantization_bit", 4), "quantised weights"),
        Arguments.of("chatglm2_6b", set("pre_seq_len", 128), "learned prefixes"),
        Arguments.of(
            "chatglm2_6b",
            Config.builder()
                .set("architectures", List.of("ChatGLMForSequenceClassification"))
                .build(),
            "expected ChatGLMModel"));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("refused")
  void whatIsNotDescribedIsRefused(String golden, Config keys, String message) {
    assertThatThrownBy(() -> model(golden, keys))
        .isInstanceOf(DialectException.class)
        .hasMessageContaining(message);
  }

  // ---- files

  @Test
  void chatglmHasTheHeadOfItsFilesUnlessItSaysThatItIsTied() throws IOException {
    assertThat(Goldens.open("chatglm_6b").model().lm()).map(Head.Lm::isTied).contains(false);
    Path tied =
        Crafted.from("chatglm_6b")
            .config(set("tie_word_embeddings", true))
            .copy("lm_head.weight", "transformer.word_embeddings.weight")
            .write(folder.resolve("tied"));
    assertThat(Goldens.open(tied).model().lm()).map(Head.Lm::isTied).contains(true);
    Path alone = Crafted.from("chatglm_6b").remove("lm_head.weight").write(folder.resolve("alone"));
    assertThat(Goldens.open(alone).model().lm()).map(Head.Lm::isTied).contains(true);

    // The reference code looks for a head in the files, tied or not.
    Conversions.convert(alone, folder.resolve("again"), "chatglm-6b");
    Map<String, String> written = Conversions.tensors(folder.resolve("again"));
    assertThat(written.get("lm_head.weight"))
        .isEqualTo(written.get("transformer.word_embeddings.weight"));
  }

  static Stream<Arguments> buffers() {
    return Stream.of(
        Arguments.of("chatglm_6b", "transformer.layers.1.attention.rotary_emb.inv_freq"),
        Arguments.of("chatglm2_6b", "transformer.rotary_pos_emb.inv_freq"),
        Arguments.of("gpt-neox", "gpt_neox.layers.1.attention.rotary_emb.inv_freq"),
        Arguments.of("gpt-neox", "gpt_neox.layers.1.attention.bias"),
        Arguments.of("gpt-neox", "gpt_neox.layers.1.attention.masked_bias"));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("buffers")
  void buffersStayBehind(String golden, String buffer) throws IOException {
    Path source = Crafted.from(golden).add(buffer, 2).write(folder.resolve("source"));
    Plan plan = Conversions.plan(source, Goldens.open(source).dialect().name());
    assertThat(plan.left()).isEqualTo(Map.of(buffer, "a buffer, not a parameter"));
  }

  private static Model model(String golden, Config keys) {
    Config config = config(golden).with(keys);
    return DIALECTS.reading(config).spec(config, TensorInfos.UNKNOWN);
  }

  private static Config config(String golden) {
    return Goldens.config(Goldens.configurations(golden).getFirst());
  }
}
