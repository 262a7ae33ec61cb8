package org.isomorph.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.isomorph.testing.Printed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each program is run, in Java and in Kotlin, and what it prints is what it should. */
class SamplesTest {
  @TempDir Path folder;

  private static Stream<String> printed(Printed.Body body) throws Exception {
    return Printed.by(body).lines();
  }

  private String file(String name) {
    return folder.resolve(name).toString();
  }

  @Test
  void aModelIsDescribed() throws Exception {
    assertThat(printed(() -> DescribeAModel.main(new String[0])))
        .startsWith(
            "8,030,261,248 parameters",
            "15,009,316,864 FLOPs for one token",
            "131,072 bytes of cache for one")
        .contains("model(\"llama-3-8b\",");
    assertThat(printed(DescribeAModelKt::main))
        .containsExactly("8,030,261,248 parameters", "the same value as in Java: true");
  }

  @Test
  void anEncoderAndADecoderAreDescribed() throws Exception {
    assertThat(printed(() -> DescribeEncoderDecoder.main(new String[0])))
        .startsWith("222,903,552 parameters, of which decoder layer 11 has:")
        .contains("decoder.11.cross.k.weight        [768, 768]");
    assertThat(printed(DescribeEncoderDecoderKt::main))
        .containsExactly(
            "encoder: 12 layers, BIDIRECTIONAL",
            "decoder: 12 layers, CAUSAL",
            "the same value as in Java: true");
  }

  @Test
  void aModelThatNoFamilyHasIsDescribed() throws Exception {
    assertThat(printed(() -> DescribeYourOwn.main(new String[0])))
        .contains("206,898,176 parameters")
        .anyMatch(line -> line.startsWith("llama: "))
        .noneMatch(line -> line.startsWith("own: "));
    assertThat(printed(DescribeYourOwnKt::main))
        .contains("    \"name\": \"own\",")
        .endsWith("the same value when read: true", "the same value as in Java: true");
  }

  @Test
  void aModelThatNoFamilyHasIsRun() throws Exception {
    assertThat(printed(() -> RunYourOwn.main(new String[0])))
        .startsWith("[1, 5, 256]", "true", "true", "true")
        .last()
        .asString()
        .matches("(\\d+ ){8}as many tokens as were asked for");
    assertThat(printed(RunYourOwnKt::main))
        .containsExactly(
            "the same value as in Java: true",
            "greedy: 8 tokens, random: 8 tokens",
            "[1, 4, 64]",
            "[1, 1, 64]",
            "[1, 1, 64]");
  }

  @Test
  void twoModelsAreCompared() throws Exception {
    assertThat(printed(() -> CompareTwoModels.main(new String[] {"llama-2-7b", "llama-3-8b"})))
        .contains(
            "decoder layers 0-31, attention key/value heads: 32 in llama-2-7b, 8 in llama-3-8b",
            "context length: 4096 in llama-2-7b, 8192 in llama-3-8b (changes no computation)");
    assertThat(printed(CompareTwoModelsKt::main))
        .containsExactly("decoder.norm.eps: 1e-5 | 1e-6", "context: none | 8192");
  }

  @Test
  void tensorsAreWrittenAndRead() throws Exception {
    String file = file("tiny.safetensors");
    assertThat(printed(() -> WriteSafetensors.main(new String[] {file})))
        .containsExactly("tiny.safetensors, 200 bytes");
    assertThat(printed(() -> ReadSafetensors.main(new String[] {file, "weight"})))
        .containsExactly("ids I64 [2] at 160", "weight F32 [2, 3] at 176", "weight sums to 21.0");
  }

  @Test
  void tensorsAreWrittenAndReadInKotlin() throws Exception {
    String file = file("tiny.safetensors");
    assertThat(printed(() -> WriteSafetensorsKt.main(new String[] {file})))
        .containsExactly("tiny.safetensors, 128 bytes");
    assertThat(printed(() -> ReadSafetensorsKt.main(new String[] {file, "weight"})))
        .containsExactly("weight F32 [2, 3] sums to 21.0");
  }

  @Test
  void aCheckpointIsConvertedAndInspected() throws Exception {
    assertThat(printed(() -> ConvertACheckpoint.main(new String[] {folder.toString()})))
        .contains(
            "  step      add zero attention biases", "  step      leave out zero attention biases")
        .endsWith(
            "config.json is the same, byte for byte",
            "model.safetensors is the same, byte for byte");
    assertThat(printed(() -> InspectACheckpoint.main(new String[] {file("qwen2")})))
        .startsWith("qwen2, 94,784 parameters, BF16")
        .contains("model.layers.1.self_attn.q_proj.bias [64] = decoder.1.attn.q.bias");

    assertThat(
            printed(() ->
                ConvertACheckpointKt.main(
                    new String[] {file("llama"), file("mistral"), "mistral"})))
        .first()
        .asString()
        .startsWith("EXACT: 2 files, ");
    assertThat(
            printed(() ->
                ConvertACheckpointKt.main(new String[] {file("llama"), file("gpt2"), "gpt2"})))
        .startsWith("refused:")
        .contains("- decoder final norm: rms(1e-5) in the model, layerNorm(1e-5) in gpt2")
        .anyMatch(
            line -> line.startsWith("- families that can express it: megatron, mistral, phi3, "));
    assertThat(printed(() -> InspectACheckpointKt.main(new String[] {file("mistral")})))
        .startsWith("model(\"mistral\",");
  }

  @Test
  void aCheckpointIsRun() throws Exception {
    printed(() -> ConvertACheckpoint.main(new String[] {folder.toString()})).toList();
    assertThat(
            printed(
                () -> RunACheckpoint.main(new String[] {file("llama"), file("ids.safetensors")})))
        .startsWith(
            "logits [1, 3, 256]",
            "decoder.0.attn.probs [1, 4, 3, 3]",
            "decoder.1.attn.probs [1, 4, 3, 3]",
            "decoder.1.out [1, 3, 64]")
        .endsWith("fed with itself: true", "in two stages: [logits]");
    assertThat(printed(() -> RunACheckpointKt.main(new String[] {file("llama")})))
        .containsExactly("logits [1, 3, 256]", "decoder.1.out [1, 3, 64]");
  }

  @Test
  void aModelIsLookedInto() throws Exception {
    printed(() -> ConvertACheckpoint.main(new String[] {folder.toString()})).toList();
    assertThat(printed(() -> LookIntoAModel.main(new String[] {file("llama")})))
        .anyMatch(line -> line.startsWith("cos distance  in → out  model llama"))
        .anyMatch(line -> line.startsWith("logit lens  model llama"))
        .anyMatch(line -> line.startsWith("attention  decoder.1.attn  causal, full"))
        .anyMatch(line -> line.startsWith("statistics  model llama"))
        .last()
        .asString()
        .startsWith("all of ");
    assertThat(Path.of(file("llama"), "report.html")).content().startsWith("<!doctype html>");
    assertThat(printed(() -> LookIntoAModelKt.main(new String[] {file("llama")})))
        .anyMatch(line -> line.matches("decoder.1 \\d+\\.\\d+ bits"))
        .contains("  query @3 '<7>' → key @0 '<1>'");
  }

  @Test
  void modelsAreAssertedOn() throws Exception {
    printed(() -> ConvertACheckpoint.main(new String[] {folder.toString()})).toList();
    String[] both = {file("llama"), file("llama")};
    assertThat(printed(() -> AssertOnModels.main(both)))
        .singleElement()
        .asString()
        .startsWith("the farthest off is ");
    assertThat(printed(() -> AssertOnModelsKt.main(both)))
        .first()
        .asString()
        .startsWith("verdict: same: every piece bit for bit");
  }

  @Test
  void aLayoutIsComposedWithAnother() throws Exception {
    assertThat(printed(() -> WriteYourOwnLayout.main(new String[0])))
        .startsWith(WriteYourOwnLayout.byGroup() + " has shape [16, 4]")
        .contains(
            "query_key_value => W_pack: 0 -> 0 (2: 32 -> 16) (16: 1 -> 1)",
            "and back: [W_pack => W_pack: 0 -> 0 (64: 1 -> 1)]");
    assertThat(printed(WriteYourOwnLayoutKt::main))
        .containsExactlyElementsOf(
            WriteYourOwnLayout.conversion().pieces().stream().map(Object::toString).toList());
  }
}
