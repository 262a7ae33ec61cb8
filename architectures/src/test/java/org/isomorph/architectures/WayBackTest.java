package org.isomorph.architectures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.isomorph.architectures.Goldens.DIALECTS;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import kotlinx.serialization.json.Json;
import org.isomorph.convert.ConversionRequest;
import org.isomorph.convert.Plan;
import org.isomorph.convert.Planner;
import org.isomorph.convert.run.Executor;
import org.isomorph.convert.run.Options;
import org.isomorph.convert.run.ProgressListener;
import org.isomorph.dialect.Config;
import org.isomorph.proof.Certificate;
import org.isomorph.proof.Proof;
import org.isomorph.proof.ProofException;
import org.isomorph.proof.WayBack;
import org.isomorph.tensor.DType;
import org.isomorph.tensorfile.SafetensorsFile;
import org.isomorph.tensorfile.StoredTensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What was written, converted back as a stream, is the source; and what was done is written down.
 */
class WayBackTest {
  @TempDir private Path folder;

  private static WayBack wayBack(Plan plan, Path there) throws IOException {
    return WayBack.check(
        plan, Goldens.open(there), DIALECTS, Options.withThreads(2), ProgressListener.NONE);
  }

  @ParameterizedTest(name = "{0} to {1}")
  @CsvSource({
    "llama, qwen2",
    "llama, baichuan",
    "gpt2, gpt2",
    "baichuan1_7b, llama",
    "deepseek-v3, deepseek-v3",
    "falcon-new, falcon"
  })
  void bringsEveryTensorBackBitForBit(String golden, String target) throws IOException {
    Path there = folder.resolve("there");
    Plan plan = Conversions.convert(Goldens.directory(golden), there, target);

    WayBack back = wayBack(plan, there);

    assertThat(back.tensors()).isEqualTo(plan.source().table().entries().size());
    assertThat(back.others()).isEmpty();
    assertThat(back.bytes())
        .isEqualTo(
            plan.source().table().entries().stream()
                .mapToLong(entry -> 4 * entry.shape().elements())
                .sum());
  }

  @Test
  void whatWasRoundedIsNamedAndNotCompared() throws IOException {
    Path there = folder.resolve("there");
    Plan plan =
        Planner.plan(
            Goldens.directory("llama"),
            ConversionRequest.to(DIALECTS.named("qwen2")).dtype(DType.BF16),
            DIALECTS);
    Executor.run(plan.blueprint(), there, Options.defaults(), ProgressListener.NONE);

    WayBack back = wayBack(plan, there);

    assertThat(back.tensors()).isZero();
    assertThat(back.others()).containsOnlyKeys("rounded on the way");
    assertThat(back.others().get("rounded on the way")).contains("model.norm.weight");
  }

  @Test
  void oneWrongByteIsFoundAndItsTensorNamed() throws IOException {
    Path there = folder.resolve("there");
    Plan plan = Conversions.convert(Goldens.directory("llama"), there, "baichuan");
    String name = "model.layers.1.self_attn.W_pack.weight";
    damage(there.resolve("model.safetensors"), name, 5 * 4);

    assertThatThrownBy(() -> wayBack(plan, there))
        .isInstanceOf(ProofException.class)
        .hasMessageContaining("model.layers.1.self_attn.q_proj.weight")
        .hasMessageContaining("element 5 does not come back");
  }

  private static void damage(Path file, String tensor, long byteOfTensor) throws IOException {
    StoredTensor stored;
    try (SafetensorsFile opened = SafetensorsFile.open(file)) {
      stored = opened.tensor(tensor);
    }
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer one = ByteBuffer.allocate(1);
      channel.read(one, stored.begin() + byteOfTensor);
      one.put(0, (byte) (one.get(0) ^ 1)).rewind();
      channel.write(one, stored.begin() + byteOfTensor);
    }
  }

  @Test
  void aCertificateSaysWhatWasDoneAndHashesEveryTensor() throws IOException {
    Path there = folder.resolve("there");
    Plan plan = Conversions.plan(Goldens.directory("llama"), "qwen2");
    Proof proof = new Proof(plan, DIALECTS, Optional.of("1"), true, ProgressListener.NONE);
    Executor.run(plan.blueprint(), there, Options.defaults(), ProgressListener.NONE, proof);

    Path file = there.resolve(Certificate.FILE_NAME);
    Config certificate = Config.read(file);
    assertThat(certificate.text("outcome")).isEqualTo("exact");
    assertThat(certificate.text("plan_digest")).isEqualTo(plan.blueprint().digest());
    assertThat(certificate.section("source").orElseThrow().text("dialect")).isEqualTo("llama");
    assertThat(certificate.section("target").orElseThrow().text("dialect")).isEqualTo("qwen2");
    assertThat(Files.readString(file))
        .contains("zero", "\"equal_tensors\": 30", "\"outcome\": \"same\"")
        .contains("\"name\": \"model.layers.0.self_attn.q_proj.bias\"")
        .containsPattern("\"sha256\": \"[0-9a-f]{64}\"");
    assertThat(proof.wayBack()).isPresent();
    assertThat(Json.Default.parseToJsonElement(Files.readString(file)).toString())
        .doesNotContain(folder.toString());
    assertThat(Conversions.plan(there, "qwen2").blueprint().carried())
        .noneMatch(carried -> carried.name().equals(Certificate.FILE_NAME));
  }
}
