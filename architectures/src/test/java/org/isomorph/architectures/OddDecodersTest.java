package org.isomorph.architectures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.isomorph.convert.Checkpoint;
import org.isomorph.convert.ConversionRefused;
import org.isomorph.convert.Plan;
import org.isomorph.dialect.Config;
import org.isomorph.dialect.Outline;
import org.isomorph.dialect.TensorInfos;
import org.isomorph.spec.Gated;
import org.isomorph.spec.Head;
import org.isomorph.spec.Model;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What PaLM, GLaM and YOCO leave to the files or to an absent key. */
class OddDecodersTest {
  @TempDir Path folder;

  // ---- PaLM

  @Test
  void theZerosOfANormMayBeMissingAndAreWrittenAgain() throws IOException {
    Path source =
        Crafted.from("palm").remove("1.fn.norm.beta").remove("3.beta").write(folder.resolve("a"));
    Conversions.convert(source, folder.resolve("palm"), "palm");
    assertThat(Conversions.tensors(folder.resolve("palm")))
        .isEqualTo(Conversions.tensors(Goldens.directory("palm")));
  }

  @Test
  void aBufferOfZerosThatHoldsSomethingIsRefused() throws IOException {
    Path source = Crafted.from("palm").change("2.fn.norm.beta").write(folder.resolve("a"));
    assertThatThrownBy(() -> Conversions.plan(source, "palm"))
        .isInstanceOf(ConversionRefused.class)
        .hasMessageContaining("2.fn.norm.beta should be a buffer of zeros");
  }

  @Test
  void rotaryFrequenciesOfPalmStayBehind() throws IOException {
    String buffer = "1.fn.rotary_emb.inv_freq";
    Path source = Crafted.from("palm").add(buffer, 4).write(folder.resolve("a"));
    Plan plan = Conversions.plan(source, "palm");
    assertThat(plan.left()).containsEntry(buffer, "a buffer, not a parameter");
    assertThat(Goldens.open(source).unknown()).isEmpty();
  }

  @Test
  void palmTakesItsConstructorsDefaults() {
    Model model = read("{'model_type': 'palm', 'dim': 32, 'num_tokens': 64, 'depth': 1}");
    Outline outline = Outline.of(model);
    assertThat(outline.heads().heads()).isEqualTo(8);
    assertThat(outline.heads().headDim()).isEqualTo(64);
    assertThat(outline.ffn().hidden()).isEqualTo(128);
  }

  // ---- GLaM

  @Test
  void glamWithoutExpertsIsDense() {
    Model model =
        read("{'model_type': 'glam', 'vocab': 64, 'dim': 32, 'ffn': 48, 'heads': 4, 'layers': 2}");
    assertThat(model.last().runs()).hasSize(1);
    assertThat(model.last().layer(0).mixers()).hasAtLeastOneElementOfType(Gated.class);
    assertThat(Outline.of(model).heads().headDim()).isEqualTo(8);
  }

  // ---- YOCO

  @Test
  void aHeadThatYocoDoesNotStoreIsTied() throws IOException {
    Path source =
        Crafted.from("yoco").remove("output_projection.weight").write(folder.resolve("a"));
    Checkpoint checkpoint = Goldens.open(source);
    assertThat(checkpoint.model().lm()).map(Head.Lm::isTied).contains(true);
    assertThat(checkpoint.unknown()).isEmpty();
  }

  @Test
  void aRepeatedHeadOfYocoIsTiedWhereItsConstructorSaysSo() throws IOException {
    Config shared = Config.builder().set("share_input_output_embed", true).build();
    Path source =
        Crafted.from("yoco_swa")
            .config(shared)
            .copy("output_projection.weight", "embed_tokens.weight")
            .write(folder.resolve("a"));
    Conversions.convert(source, folder.resolve("yoco"), "yoco");
    assertThat(Goldens.open(folder.resolve("yoco")).model().lm())
        .map(Head.Lm::isTied)
        .contains(true);
    assertThat(Conversions.tensors(folder.resolve("yoco"))).isEqualTo(Conversions.tensors(source));
  }

  private static Model read(String json) {
    Config config = Config.parse(json.replace('\'', '"'), "config.json");
    return Goldens.DIALECTS.reading(config).spec(config, TensorInfos.UNKNOWN);
  }
}
