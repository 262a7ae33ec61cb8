package org.isomorph.architectures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.isomorph.convert.Checkpoint;
import org.isomorph.convert.ConversionRefused;
import org.isomorph.convert.ConversionRequest;
import org.isomorph.convert.Plan;
import org.isomorph.convert.Planner;
import org.isomorph.convert.run.Executor;
import org.isomorph.convert.run.Options;
import org.isomorph.convert.run.ProgressListener;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Dialect;
import org.isomorph.dialect.DialectException;
import org.isomorph.dialect.Dialects;
import org.isomorph.dialect.Spelling;
import org.isomorph.dialect.TensorInfos;
import org.isomorph.dialect.declared.DialectFile;
import org.isomorph.spec.Model;
import org.isomorph.spec.SpecException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A family that a file declares is a family like any other. */
class DeclaredDialectTest {
  private static final Path FILE = Goldens.resource("dialects/tinyfam.json");

  @TempDir private Path folder;

  private static Dialects families() throws IOException {
    return Goldens.DIALECTS.and(List.of(DialectFile.read(FILE)));
  }

  private static Plan convert(Path source, Path there, String family) throws IOException {
    Dialects families = families();
    Plan plan = Planner.plan(source, ConversionRequest.to(families.named(family)), families);
    Executor.run(plan.blueprint(), there, Options.withThreads(2), ProgressListener.NONE);
    return plan;
  }

  private Dialect changed(String part, String other) throws IOException {
    String text = Files.readString(FILE);
    assertThat(text).contains(part);
    return DialectFile.read(
        Files.writeString(folder.resolve("family.json"), text.replace(part, other)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama", "qwen2", "baichuan1_7b"})
  void checkpointsGoThereAndComeBackBitForBit(String golden) throws IOException {
    Path source = Goldens.directory(golden);
    String family = Goldens.open(source).dialect().name();
    Path there = folder.resolve("there");
    Path back = folder.resolve("back");
    convert(source, there, "tinyfam");
    convert(there, back, family);

    assertThat(Conversions.tensors(back)).isEqualTo(Conversions.tensors(source));
    Checkpoint opened = Checkpoint.open(there, families());
    assertThat(opened.dialect().name()).isEqualTo("tinyfam");
    assertThat(opened.model().parameters()).isEqualTo(Goldens.open(source).model().parameters());
    assertThat(opened.stored().tensors()).containsKeys("wte", "blocks.0.qkv", "blocks.1.down");
  }

  @Test
  void whatItHasNoWordsForIsRefused() {
    assertThatThrownBy(
            () -> convert(Goldens.directory("mistral"), folder.resolve("there"), "tinyfam"))
        .isInstanceOf(ConversionRefused.class)
        .hasMessageContaining("window");
  }

  @Test
  void defaultsAreValuesAndFormulas() throws IOException {
    Config config =
        Config.parse(
            """
            {"model_type": "tinyfam", "vocab_size": 100, "hidden_size": 64, "n_layers": 2, "n_heads": 4}
            """,
            "config.json");
    Dialect family = DialectFile.read(FILE);

    Model model = family.spec(config, TensorInfos.UNKNOWN);

    assertThat(family.reads(config)).isTrue();
    assertThat(model.toString()).contains("swiglu(256)").contains("rms(1e-6)");
    assertThat(family.spec(family.config(model, Spelling.BEFORE_5), TensorInfos.UNKNOWN))
        .isEqualTo(model);
  }

  @Test
  void aKeyThatIsMissingIsNamed() throws IOException {
    Config config = Config.parse("{\"model_type\": \"tinyfam\", \"vocab_size\": 9}", "config.json");

    assertThatThrownBy(() -> DialectFile.read(FILE).spec(config, TensorInfos.UNKNOWN))
        .isInstanceOf(DialectException.class)
        .hasMessageContaining("config.json: $.hidden_size: expected a value, found nothing");
  }

  @Test
  void aValueThatTheFamilyDoesNotComputeIsRefused() throws IOException {
    Config config =
        Config.parse("{\"model_type\": \"tinyfam\", \"norm_type\": \"layer\"}", "config.json");
    Dialect family = changed("\"vocab_size\": {},", "\"vocab_size\": {\"default\": 9},");

    assertThatThrownBy(() -> family.spec(config, TensorInfos.UNKNOWN))
        .hasMessageContaining("config.json");
  }

  @Test
  void aLayoutThatIsNoneIsNamed() throws IOException {
    Dialect family =
        changed("concat(0, decoder.{i}.ffn.gate", "concatenate(0, decoder.{i}.ffn.gate");
    Model model = Goldens.open("llama").model();

    assertThatThrownBy(() -> family.rows(model))
        .hasMessageContaining("family.json: rows: layout \"concatenate(0")
        .hasMessageContaining("expected concat, stack or each, but no concatenate");
  }

  @Test
  void aSpecificationThatIsNoneIsNamed() throws IOException {
    Dialect family = changed("\"mask\": \"CAUSAL\"", "\"mask\": \"CASUAL\"");
    Config config =
        Config.parse(
            "{\"vocab_size\": 9, \"hidden_size\": 8, \"n_layers\": 1, \"n_heads\": 2}", "c.json");

    assertThatThrownBy(() -> family.spec(config, TensorInfos.UNKNOWN))
        .isInstanceOf(SpecException.class)
        .hasMessageContaining("family.json: spec:")
        .hasMessageContaining("CASUAL");
  }

  @Test
  void aPartThatDoesNotExistIsRefused() {
    assertThatThrownBy(() -> changed("\"ignored\"", "\"ingored\""))
        .hasMessageContaining("$.ingored: expected no such part");
  }
}
