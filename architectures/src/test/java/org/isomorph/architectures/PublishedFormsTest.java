package org.isomorph.architectures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.isomorph.spec.Dsl.lm;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.isomorph.convert.Checkpoint;
import org.isomorph.convert.Outcome;
import org.isomorph.convert.Plan;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.DialectException;
import org.isomorph.dialect.Expression;
import org.isomorph.dialect.Spelling;
import org.isomorph.dialect.Table;
import org.isomorph.dialect.TensorInfos;
import org.isomorph.spec.AbsolutePosition;
import org.isomorph.spec.Head;
import org.isomorph.spec.Model;
import org.isomorph.spec.Norm;
import org.isomorph.spec.Pooling;
import org.isomorph.spec.Role;
import org.isomorph.spec.Tokens;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Published files that are unlike those which the reference implementation writes today. */
class PublishedFormsTest {
  @TempDir Path folder;

  // ---- names

  static Stream<Arguments> withoutTheirPrefix() {
    return Stream.of(
        Arguments.of("gpt1", "transformer.", "OpenAIGPTLMHeadModel"),
        Arguments.of("opt", "model.", "OPTForCausalLM"),
        Arguments.of("bart", "model.", "BartModel"),
        Arguments.of("roberta", "roberta.", "RobertaModel"),
        Arguments.of("vit", "vit.", "ViTForImageClassification"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("withoutTheirPrefix")
  void filesWithoutThePrefixAreWrittenWithIt(String golden, String prefix, String named)
      throws IOException {
    Path source =
        Crafted.from(golden)
            .config(Config.builder().set("architectures", List.of(named)).build())
            .rename(name -> name.startsWith(prefix) ? name.substring(prefix.length()) : name)
            .write(folder.resolve("source"));
    assertThat(Goldens.open(source).unknown()).isEmpty();
    Conversions.convert(source, folder.resolve("same"), Goldens.open(golden).dialect().name());
    assertThat(Conversions.tensors(folder.resolve("same")))
        .isEqualTo(Conversions.tensors(Goldens.directory(golden)));
  }

  @Test
  void robertaHoldsThePoolerThatItsClassLacks() throws IOException {
    Path source =
        Crafted.from("roberta")
            .add("roberta.pooler.dense.weight", 32, 32)
            .add("roberta.pooler.dense.bias", 32)
            .copy("lm_head.decoder.weight", "roberta.embeddings.word_embeddings.weight")
            .copy("lm_head.decoder.bias", "lm_head.bias")
            .add("roberta.embeddings.position_ids", 1, 64)
            .write(folder.resolve("source"));
    Plan plan = Conversions.convert(source, folder.resolve("same"), "roberta");
    String copy = "a copy of a tensor that is written";
    assertThat(plan.left())
        .isEqualTo(
            Map.of(
                "roberta.embeddings.position_ids", "a buffer, not a parameter",
                "lm_head.decoder.weight", copy,
                "lm_head.decoder.bias", copy));
    Checkpoint same = Goldens.open(folder.resolve("same"));
    assertThat(same.model().heads()).extracting(Head::label).containsExactly("pooler", "mlm");
    // No class has both: two are written.
    assertThat(same.dialect().config(same.model(), Spelling.SINCE_5).texts("architectures"))
        .containsExactly("RobertaForMaskedLM", "RobertaModel");
    assertWritten("roberta", same.model().named("roberta"));
  }

  @Test
  void anEncoderWithoutThePoolerOfItsClassStaysWithoutIt() throws IOException {
    Path source =
        Crafted.from("vit")
            .config(Config.builder().set("architectures", List.of("ViTModel")).build())
            .remove("classifier.weight")
            .remove("classifier.bias")
            .write(folder.resolve("source"));
    Conversions.convert(source, folder.resolve("same"), "vit");
    Model same = Goldens.open(folder.resolve("same")).model();
    assertThat(same.heads()).isEmpty();
    assertThat(Conversions.tensors(folder.resolve("same"))).isEqualTo(Conversions.tensors(source));
    assertWritten("vit", same.named("vit"));
  }

  @Test
  void bartMayLackTheBiasOfItsLogits() throws IOException {
    Path source =
        Crafted.from("bart")
            .remove("final_logits_bias")
            .copy("model.encoder.embed_tokens.weight", "model.shared.weight")
            .copy("model.decoder.embed_tokens.weight", "model.shared.weight")
            .copy("lm_head.weight", "model.shared.weight")
            .write(folder.resolve("source"));
    Model model = Goldens.open(source).model();
    assertThat(model.heads()).containsExactly(lm().tied());
    assertWritten("bart", model);
    Conversions.convert(source, folder.resolve("same"), "bart");
    assertThat(Conversions.tensors(folder.resolve("same"))).isEqualTo(Conversions.tensors(source));
  }

  @Test
  void bartWithoutAHeadHasNone() throws IOException {
    Path source =
        Crafted.from("bart")
            .config(Config.builder().set("architectures", List.of("BartModel")).build())
            .remove("final_logits_bias")
            .write(folder.resolve("source"));
    Model model = Goldens.open(source).model();
    assertThat(model.heads()).isEmpty();
    assertWritten("bart", model);
    Conversions.convert(source, folder.resolve("same"), "bart");
    assertThat(Conversions.tensors(folder.resolve("same"))).isEqualTo(Conversions.tensors(source));
  }

  // ---- keys

  @Test
  void theTableOfThePositionsOfRobertaStartsBehindThePaddingId() {
    Model model = read("roberta", Config.builder().set("pad_token_id", 5).build());
    assertThat(model.tokens()).map(Tokens::position).contains(new AbsolutePosition.Learned(58, 6));
    assertWritten("roberta", model);
    Dialect roberta = Goldens.DIALECTS.named("roberta");
    assertThat(roberta.config(model.role(Role.PAD), Spelling.BEFORE_5).number("pad_token_id"))
        .isEqualTo(5);
  }

  @Test
  void theSmallOptHasANarrowTableAndNormsBehindTheResiduals() {
    Model model =
        read(
            "opt",
            Config.builder()
                .set("word_embed_proj_dim", 16)
                .set("do_layer_norm_before", false)
                .build());
    assertThat(model.tokens()).map(Tokens::width).contains(16L);
    assertThat(model.last().norm()).isEqualTo(Norm.NONE);
    assertWritten("opt", model);
    assertThat(Table.of(model, Goldens.DIALECTS.named("opt").rows(model)).entries())
        .extracting(Table.Entry::name)
        .contains("model.decoder.project_in.weight", "model.decoder.project_out.weight")
        .doesNotContain("model.decoder.final_layer_norm.weight");
  }

  static Stream<Arguments> variants() {
    return Stream.of(
        Arguments.of("opt", Config.builder().set("enable_bias", false).build()),
        Arguments.of("opt", Config.builder().set("layer_norm_elementwise_affine", false).build()),
        Arguments.of("opt", Config.builder().set("_remove_final_layer_norm", true).build()),
        Arguments.of("opt", Config.builder().set("tie_word_embeddings", false).build()),
        Arguments.of("opt", sequenceClasses("OPT", 1)),
        Arguments.of("opt", sequenceClasses("OPT", 3)),
        Arguments.of("bart", Config.builder().set("scale_embedding", true).build()),
        Arguments.of("bart", Config.builder().set("encoder_ffn_dim", 40).build()),
        Arguments.of("bart", Config.builder().set("decoder_attention_heads", 2).build()),
        Arguments.of("bart", Config.builder().set("tie_word_embeddings", false).build()),
        Arguments.of("roberta", Config.builder().set("hidden_act", "relu").build()),
        Arguments.of("vit", Config.builder().set("qkv_bias", false).build()),
        Arguments.of("vit", Config.builder().set("head_dim", 16).build()),
        Arguments.of("vit", Config.builder().set("image_size", List.of(8, 8)).build()),
        Arguments.of("vit", Config.builder().set("architectures", List.of("ViTModel")).build()),
        Arguments.of("gpt1", Config.builder().set("afn", "swish").build()),
        Arguments.of("clip", Config.builder().set("projection_dim", 7).build()),
        Arguments.of("switch", Config.builder().set("tie_word_embeddings", false).build()),
        Arguments.of("switch", Config.builder().set("expert_capacity", 3).build()));
  }

  private static Config sequenceClasses(String prefix, long labels) {
    return Config.builder()
        .set("architectures", List.of(prefix + "ForSequenceClassification"))
        .set("num_labels", labels)
        .build();
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("variants")
  void aVariantIsReadAndWritten(String golden, Config over) {
    Config plain = Goldens.config(Goldens.directory(golden).resolve("config.json"));
    Dialect dialect = Goldens.DIALECTS.reading(plain);
    Config config = plain.without(List.of("id2label")).with(over);
    Model model = dialect.spec(config, TensorInfos.UNKNOWN);
    assertThat(model).isNotEqualTo(dialect.spec(plain, TensorInfos.UNKNOWN));
    assertWritten(dialect.name(), model);
    assertThat(Table.of(model, dialect.rows(model)).entries()).isNotEmpty();
  }

  @Test
  void theFirstClipFindsItsEndAtTheGreatestId() {
    Config text = section("clip", "text_config");
    Config old = text.with(Config.builder().set("eos_token_id", 2).build());
    Model model = read("clip", Config.builder().set("text_config", old).build());
    assertThat(model.heads().getFirst().pooling()).isEqualTo(Pooling.GREATEST_ID);
    assertWritten("clip", model);
  }

  @Test
  void theOlderSectionsOfClipCountAndWhatTheyDoNotSayIsTheUsual() {
    Config older = Config.builder().set("num_hidden_layers", 1).build();
    Model model = read("clip", Config.builder().set("text_config_dict", older).build());
    assertThat(model.tower("text").orElseThrow().depth()).isEqualTo(1);
    assertThat(model.tower("text").orElseThrow().dim()).isEqualTo(512);
    assertThat(model.tower("vision").orElseThrow().dim()).isEqualTo(32);
    assertThat(model.ids(Role.EOS)).containsExactly(49_407L);
    assertWritten("clip", model);
  }

  static Stream<Arguments> steps() {
    return Stream.of(
        Arguments.of(6, 3, List.of(1L, 3L, 5L)),
        Arguments.of(6, 6, List.of(0L, 1L, 2L, 3L, 4L, 5L)),
        Arguments.of(7, 2, List.of(1L, 4L)),
        Arguments.of(6, 0, List.of(1L)),
        Arguments.of(6, 7, List.of()));
  }

  @ParameterizedTest(name = "{1} of {0}")
  @MethodSource("steps")
  void sparseLayersOfSwitchFollowFromTheirNumber(long layers, long wanted, List<Long> sparse) {
    Config plain = Goldens.config(Goldens.directory("switch").resolve("config.json"));
    Config config =
        plain
            .without(List.of("encoder_sparse_step"))
            .with(
                Config.builder()
                    .set("num_layers", layers)
                    .set("num_sparse_encoder_layers", wanted)
                    .build());
    Model model = Goldens.DIALECTS.reading(config).spec(config, TensorInfos.UNKNOWN);
    List<String> mixers = new ArrayList<>();
    model.tower("encoder").orElseThrow().layers().forEach(block -> mixers.add(block.toString()));
    assertThat(LongStream.range(0, layers).filter(i -> mixers.get((int) i).contains("moe(")))
        .containsExactlyElementsOf(sparse);
    assertWritten("switch", model);
  }

  @Test
  void aT5IsASwitchTransformerWithoutSparseLayers() throws IOException {
    Plan plan = Conversions.convert(Goldens.directory("t5"), folder.resolve("switch"), "switch");
    assertThat(plan.outcome()).isEqualTo(Outcome.EXACT);
    assertThat(plan.config().number("encoder_sparse_step")).isZero();
  }

  static Stream<Arguments> refused() {
    return Stream.of(
        Arguments.of("bart", Config.builder().set("normalize_before", true).build()),
        Arguments.of("bart", Config.builder().set("static_position_embeddings", true).build()),
        Arguments.of("switch", Config.builder().set("router_bias", true).build()),
        Arguments.of("switch", Config.builder().set("router_dtype", "bfloat16").build()),
        Arguments.of("switch", Config.builder().set("dense_act_fn", "gated-gelu").build()),
        Arguments.of("vit", Config.builder().set("image_size", List.of(16, 8)).build()),
        Arguments.of("gpt1", Config.builder().set("afn", "tanh").build()),
        Arguments.of(
            "opt",
            sequenceClasses("OPT", 1)
                .with(Config.builder().set("word_embed_proj_dim", 16).build())),
        Arguments.of("roberta", sequenceClasses("Roberta", 2)),
        Arguments.of("bart", sequenceClasses("Bart", 3)));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("refused")
  void whatCannotBeDescribedIsRefused(String golden, Config over) {
    assertThatThrownBy(() -> read(golden, over))
        .isInstanceOf(DialectException.class)
        .hasMessageContaining(": expected ");
  }

  private static Config section(String golden, String key) {
    return Goldens.config(Goldens.directory(golden).resolve("config.json"))
        .section(key)
        .orElseThrow();
  }

  private static Model read(String golden, Config over) {
    Config config = Goldens.config(Goldens.directory(golden).resolve("config.json")).with(over);
    return Goldens.DIALECTS.reading(config).spec(config, TensorInfos.UNKNOWN);
  }

  private static void assertWritten(String family, Model model) {
    for (Spelling spelling : Spelling.values())
      assertThat(Expression.of(Goldens.DIALECTS.named(family), model, spelling))
          .isInstanceOfSatisfying(
              Expression.Expressed.class,
              expressed -> assertThat(expressed.model()).isEqualTo(model));
  }
}
