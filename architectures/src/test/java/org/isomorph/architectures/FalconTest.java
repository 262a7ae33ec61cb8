package org.isomorph.architectures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.isomorph.spec.Activation.GELU;
import static org.isomorph.spec.Dsl.block;
import static org.isomorph.spec.Dsl.gqa;
import static org.isomorph.spec.Dsl.layerNorm;
import static org.isomorph.spec.Dsl.mha;
import static org.isomorph.spec.Dsl.mlp;
import static org.isomorph.spec.Dsl.mqa;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.isomorph.convert.Checkpoint;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.DialectException;
import org.isomorph.dialect.Spelling;
import org.isomorph.dialect.Table;
import org.isomorph.dialect.TensorInfos;
import org.isomorph.spec.Block;
import org.isomorph.spec.Frame;
import org.isomorph.spec.Model;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Falcon's architectures, under the names of both generations of its configurations. */
class FalconTest {
  private static final Dialect FALCON = Goldens.DIALECTS.named("falcon");
  private static final Frame FRAME = block(layerNorm(1e-5));

  static Stream<Arguments> architectures() {
    String old = "'model_type': 'falcon', 'num_hidden_layers': 2, 'num_attention_heads': 4";
    String grouped = old + ", 'new_decoder_architecture': true, 'num_kv_heads': 2";
    String first = "'n_layer': 2, 'n_head': 4, 'model_type': 'RefinedWeb";
    Block parallel = FRAME.parallelShared(mqa(4).rope(10_000), mlp(128, GELU));
    Block serial = FRAME.attention(mha(4).rope(10_000)).ffn(mlp(128, GELU));
    Block own = FRAME.parallel(gqa(4, 2).rope(10_000), mlp(128, GELU));
    Block shared = FRAME.parallelShared(gqa(4, 2).rope(10_000), mlp(128, GELU));
    return Stream.of(
        Arguments.of("7B", old, parallel),
        Arguments.of("40B", grouped, own),
        Arguments.of("11B", grouped + ", 'num_ln_in_parallel_attn': 1", shared),
        Arguments.of(
            "parallel with as many key heads",
            old + ", 'multi_query': false",
            FRAME.parallelShared(mha(4).rope(10_000), mlp(128, GELU))),
        Arguments.of(
            "serial with one key head",
            old + ", 'parallel_attn': false",
            FRAME.attention(mqa(4).rope(10_000)).ffn(mlp(128, GELU))),
        Arguments.of(
            "what the new architecture ignores",
            grouped + ", 'parallel_attn': false, 'multi_query': false",
            own),
        Arguments.of("the first 40B", first + "', 'n_head_kv': 2", own),
        Arguments.of(
            "the first 7B", first + "Model', 'multi_query': true, 'parallel_attn': true", parallel),
        Arguments.of("the first defaults", first + "Model'", serial));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("architectures")
  void anArchitectureIsReadAndWrittenAgain(String name, String keys, Block block) {
    Model model = FALCON.spec(config(keys), TensorInfos.UNKNOWN);
    assertThat(model.last().layers()).hasSize(2).containsOnly(sized(block, model));
    for (Spelling spelling : Spelling.values())
      assertThat(FALCON.spec(FALCON.config(model, spelling), TensorInfos.UNKNOWN)).isEqualTo(model);
    assertThat(Table.of(model, FALCON.rows(model)).entries()).isNotEmpty();
  }

  /** The block with its sizes filled in. */
  private static Block sized(Block block, Model model) {
    return model.tower(tower -> tower.layers(1, block)).last().layer(model.last().depth());
  }

  static Stream<Arguments> refused() {
    String old = "'model_type': 'falcon', 'num_hidden_layers': 2, 'num_attention_heads': 4";
    return Stream.of(
            Arguments.of("'num_ln_in_parallel_attn': 2", "num_ln_in_parallel_attn"),
            Arguments.of(
                "'new_decoder_architecture': true, 'num_ln_in_parallel_attn': 3",
                "num_ln_in_parallel_attn"),
            Arguments.of("'multi_query': false, 'num_kv_heads': 2", "num_kv_heads"),
            Arguments.of(
                "'apply_residual_connection_post_layernorm': true",
                "apply_residual_connection_post_layernorm"),
            Arguments.of("'architectures': ['FalconForTokenClassification']", "architectures"),
            Arguments.of("'activation': 'mish'", "activation"))
        .map(each -> Arguments.of(old + ", " + each.get()[0], each.get()[1]));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void whatIsNotDescribedIsRefused(String keys, String key) {
    assertThatThrownBy(() -> FALCON.spec(config(keys), TensorInfos.UNKNOWN))
        .isInstanceOf(DialectException.class)
        .hasMessageContaining(key);
  }

  @Test
  void theFirstFilesRepeatTheTiedHead(@TempDir Path folder) throws IOException {
    Config first =
        Config.parse(
            "{'model_type': 'RefinedWeb', 'n_head': 4, 'n_layer': 3, 'n_head_kv': 2}"
                .replace('\'', '"'),
            "first");
    Path source =
        Crafted.from("falcon-new")
            .config(first)
            .copy("lm_head.weight", "transformer.word_embeddings.weight")
            .write(folder.resolve("source"));
    Checkpoint checkpoint = Goldens.open(source);
    assertThat(checkpoint.unknown()).isEmpty();
    assertThat(checkpoint.model().named("falcon"))
        .isEqualTo(Goldens.open("falcon-new").model().named("falcon"));
    Conversions.convert(source, folder.resolve("same"), "falcon");
    assertThat(Conversions.tensors(folder.resolve("same"))).isEqualTo(Conversions.tensors(source));
  }

  private static Config config(String keys) {
    String common = "{'vocab_size': 99, 'hidden_size': 32, " + keys + "}";
    return Config.parse(common.replace('\'', '"'), "config.json");
  }
}
