package org.isomorph.architectures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.isomorph.convert.Checkpoint;
import org.isomorph.convert.ConversionRefused;
import org.isomorph.convert.Plan;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.DialectException;
import org.isomorph.spec.Head;
import org.isomorph.spec.Parameters;
import org.isomorph.tensorfile.TensorFileException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Old and odd files are read as what they are; broken ones are refused in one message. */
class OddCheckpointsTest {
  @TempDir Path folder;

  // ---- old and odd

  @Test
  void gpt2WithoutThePrefixIsWrittenWithIt() throws IOException {
    Path source =
        Crafted.from("gpt2")
            .rename(name -> name.substring("transformer.".length()))
            .add("h.0.attn.bias", 1, 1, 64, 64)
            .write(folder.resolve("source"));
    Plan plan = Conversions.convert(source, folder.resolve("gpt2"), "gpt2");
    assertThat(plan.left()).isEqualTo(Map.of("h.0.attn.bias", "a buffer, not a parameter"));
    assertThat(Conversions.tensors(folder.resolve("gpt2")))
        .isEqualTo(Conversions.tensors(Goldens.directory("gpt2")));
  }

  @Test
  void bloomWithoutThePrefixIsWrittenWithIt() throws IOException {
    Path source =
        Crafted.from("bloom")
            .rename(name -> name.substring("transformer.".length()))
            .write(folder.resolve("source"));
    Conversions.convert(source, folder.resolve("bloom"), "bloom");
    assertThat(Conversions.tensors(folder.resolve("bloom")))
        .isEqualTo(Conversions.tensors(Goldens.directory("bloom")));
  }

  @Test
  void bertFromTensorFlowHasGammaAndBeta() throws IOException {
    Path source =
        Crafted.from("bert")
            .rename(name ->
                name.replace("LayerNorm.weight", "LayerNorm.gamma")
                    .replace("LayerNorm.bias", "LayerNorm.beta"))
            .copy("cls.predictions.decoder.weight", "bert.embeddings.word_embeddings.weight")
            .copy("cls.predictions.decoder.bias", "cls.predictions.bias")
            .write(folder.resolve("source"));
    Conversions.convert(source, folder.resolve("bert"), "bert");
    assertThat(Conversions.tensors(folder.resolve("bert")))
        .containsAllEntriesOf(Conversions.tensors(Goldens.directory("bert")));
  }

  @Test
  void bertHasTheHeadsThatItsFilesHaveBesideThoseOfItsClass() throws IOException {
    Config masked = Config.builder().set("architectures", List.of("BertForMaskedLM")).build();
    Checkpoint whole =
        Goldens.open(Crafted.from("bert").config(masked).write(folder.resolve("whole")));
    assertThat(whole.model().heads())
        .extracting(Head::label)
        .containsExactly("pooler", "mlm", "nsp");
    assertThat(whole.unknown()).isEmpty();
  }

  @Test
  void aHeadInTheFilesOfT5IsUntiedWhateverItsConfigurationSays() throws IOException {
    Path source =
        Crafted.from("flan-t5")
            .copy("lm_head.weight", "shared.weight")
            .change("lm_head.weight")
            .write(folder.resolve("source"));
    assertThat(Goldens.open("flan-t5").model().lm()).map(Head.Lm::isTied).contains(true);
    assertThat(Goldens.open(source).model().lm()).map(Head.Lm::isTied).contains(false);
    Conversions.convert(source, folder.resolve("t5"), "t5");
    assertThat(Conversions.tensors(folder.resolve("t5"))).isEqualTo(Conversions.tensors(source));
  }

  @Test
  void aHeadForAFurtherTokenIsALayerBehindTheLast() throws IOException {
    Path source = Crafted.from("deepseek-v3").behind(2, 3).write(folder.resolve("source"));
    Checkpoint checkpoint = Goldens.open(source);
    assertThat(checkpoint.unknown()).isEmpty();
    assertThat(Parameters.of(checkpoint.model()))
        .extracting(parameter -> parameter.name())
        .contains("mtp.0.project.weight", "mtp.0.block.ffn.experts.7.down.weight");
    Conversions.convert(source, folder.resolve("same"), "deepseek-v3");
    assertThat(Conversions.tensors(folder.resolve("same"))).isEqualTo(Conversions.tensors(source));
  }

  @Test
  void rotaryFrequenciesAreNoParametersAndStayBehind() throws IOException {
    String buffer = "model.layers.0.self_attn.rotary_emb.inv_freq";
    Path source = Crafted.from("llama").add(buffer, 4).write(folder.resolve("source"));
    Plan plan = Conversions.plan(source, "mistral");
    assertThat(plan.left()).isEqualTo(Map.of(buffer, "a buffer, not a parameter"));
  }

  @Test
  void aTensorThatNobodyKnowsIsReported() throws IOException {
    Path source =
        Crafted.from("llama").add("model.extra.weight", 4).write(folder.resolve("source"));
    assertThat(Goldens.open(source).unknown()).containsExactly("model.extra.weight");
    Plan plan = Conversions.plan(source, "mistral");
    assertThat(plan.left()).isEqualTo(Map.of("model.extra.weight", "in no row of the llama table"));
  }

  // ---- broken

  @Test
  void aTiedHeadThatDiffersIsRefused() throws IOException {
    Path source =
        Crafted.from("llama3-rope")
            .copy("lm_head.weight", "model.embed_tokens.weight")
            .change("lm_head.weight")
            .write(folder.resolve("source"));
    for (String family : new String[] {"llama", "mistral"})
      assertThatThrownBy(() -> Conversions.plan(source, family))
          .isInstanceOf(ConversionRefused.class)
          .hasMessage(
              source
                  + ": tensor lm_head.weight should be a copy of embed.token.weight, but differs"
                  + " from it. If it is a head of its own, set tie_word_embeddings to false in "
                  + source.resolve("config.json")
                  + "; otherwise the file is damaged");
  }

  @Test
  void aMissingTensorIsNamed() throws IOException {
    Path source =
        Crafted.from("llama")
            .remove("model.layers.1.mlp.up_proj.weight")
            .write(folder.resolve("source"));
    assertThatThrownBy(() -> Goldens.open(source))
        .isInstanceOf(ConversionRefused.class)
        .hasMessage(
            source
                + ": 1 of 30 tensors of a llama checkpoint are missing:"
                + " model.layers.1.mlp.up_proj.weight. The files hold 29 tensors; is a shard"
                + " missing, or does "
                + source.resolve("config.json")
                + " belong to another model?");
  }

  @Test
  void aTensorOfAnotherShapeIsRefused() throws IOException {
    Path source =
        Crafted.from("llama")
            .add("model.layers.1.mlp.up_proj.weight", 40, 32)
            .write(folder.resolve("source"));
    assertThatThrownBy(() -> Goldens.open(source))
        .isInstanceOf(ConversionRefused.class)
        .hasMessage(
            source
                + ": tensor model.layers.1.mlp.up_proj.weight (decoder.1.ffn.up.weight): expected"
                + " shape [48, 32] from "
                + source.resolve("config.json")
                + ", found [40, 32]. Either the configuration belongs to another model, or the file"
                + " does");
  }

  static Stream<Arguments> wrongValues() {
    return Stream.of(
        Arguments.of(
            "llama",
            Config.builder().set("hidden_size", "wide").build(),
            "$.hidden_size: expected a whole number, found \"wide\""),
        Arguments.of(
            "llama",
            Config.builder().setNull("vocab_size").build(),
            "$.vocab_size: expected a whole number, but the key is missing"),
        Arguments.of(
            "llama",
            Config.builder().set("rms_norm_eps", true).build(),
            "$.rms_norm_eps: expected a number, found true"),
        Arguments.of(
            "llama",
            Config.builder().set("attention_bias", 1L).build(),
            "$.attention_bias: expected true or false, found 1"),
        Arguments.of(
            "bert",
            Config.builder().set("is_decoder", true).build(),
            "$.is_decoder: expected false: the other is not described, found true"),
        Arguments.of(
            "bert",
            Config.builder().set("position_embedding_type", "relative_key").build(),
            "$.position_embedding_type: expected absolute, found \"relative_key\""),
        Arguments.of(
            "t5",
            Config.builder().set("feed_forward_proj", "gated-maxout").build(),
            "$.feed_forward_proj: expected an activation, or gated- and an activation, found"
                + " \"gated-maxout\""),
        Arguments.of(
            "deepseek-v3",
            Config.builder().set("scoring_func", "softmax").build(),
            "$.scoring_func: expected sigmoid, found \"softmax\""),
        Arguments.of(
            "bloom",
            Config.builder().set("apply_residual_connection_post_layernorm", true).build(),
            "$.apply_residual_connection_post_layernorm: expected false: residuals that start"
                + " behind the norm are not described, found true"));
  }

  @ParameterizedTest(name = "{2}")
  @MethodSource("wrongValues")
  void aValueThatMakesNoSenseIsNamed(String golden, Config wrong, String message)
      throws IOException {
    Path source = Crafted.from(golden).config(wrong).write(folder.resolve("source"));
    assertThatThrownBy(() -> Goldens.open(source))
        .isInstanceOf(DialectException.class)
        .hasMessage(source.resolve("config.json") + ": " + message);
  }

  @Test
  void eightBitWeightsOfDeepseekAreNotMistakenForOthers() throws IOException {
    Path source =
        Crafted.from("deepseek-v3")
            .add("model.layers.0.self_attn.o_proj.weight_scale_inv", 1, 1)
            .write(folder.resolve("source"));
    assertThatThrownBy(() -> Goldens.open(source))
        .isInstanceOf(TensorFileException.class)
        .hasMessageContaining("expected scales of an F8_E4M3 tensor");
  }
}
