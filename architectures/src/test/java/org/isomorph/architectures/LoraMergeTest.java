package org.isomorph.architectures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.isomorph.architectures.Goldens.DIALECTS;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.isomorph.convert.Checkpoint;
import org.isomorph.convert.ConversionRequest;
import org.isomorph.convert.Outcome;
import org.isomorph.convert.Plan;
import org.isomorph.convert.Planner;
import org.isomorph.convert.run.Executor;
import org.isomorph.convert.run.Options;
import org.isomorph.convert.run.ProgressListener;
import org.isomorph.lora.LoraAdapter;
import org.isomorph.lora.LoraException;
import org.isomorph.lora.MergedTensors;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.Tensor;
import org.isomorph.tensorfile.Safetensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Adapters that {@code sources/lora.py} made with PEFT, and what PEFT's own merge makes of them.
 */
class LoraMergeTest {
  private static final String CONFIG = "adapter_config.json";
  private static final String WEIGHTS = "adapter_model.safetensors";

  @TempDir private Path folder;

  private static Path adapter(String name) {
    return Goldens.resource("sources/lora/" + name);
  }

  private static Plan merge(Path base, Path adapter, Path there) throws IOException {
    LoraAdapter lora = LoraAdapter.open(adapter);
    Checkpoint merged =
        Checkpoint.open(base, DIALECTS).presenting(tensors -> MergedTensors.of(lora, tensors));
    Plan plan = Planner.plan(merged, ConversionRequest.to(merged.dialect()), DIALECTS);
    Executor.run(plan.blueprint(), there, Options.withThreads(2), ProgressListener.NONE);
    return plan;
  }

  /** A copy of the llama adapter with some of its tensors or settings changed. */
  private Path crafted(Map<String, Tensor> changes, String setting, String other)
      throws IOException {
    Path crafted = Files.createDirectory(folder.resolve("crafted"));
    String config = Files.readString(adapter("llama").resolve(CONFIG));
    assertThat(config).contains(setting);
    Files.writeString(crafted.resolve(CONFIG), config.replace(setting, other));
    SequencedMap<String, Tensor> tensors =
        new LinkedHashMap<>(Safetensors.read(adapter("llama").resolve(WEIGHTS)));
    tensors.putAll(changes);
    Safetensors.write(crafted.resolve(WEIGHTS), tensors);
    return crafted;
  }

  private void assertRefused(Path adapter, String... words) {
    Path there = folder.resolve("there");
    assertThatThrownBy(() -> merge(Goldens.directory("llama"), adapter, there))
        .hasMessageContainingAll(words);
    assertThat(there).doesNotExist();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"llama, llama", "llama-rslora-dora, llama", "gpt2, gpt2", "mixtral, mixtral"})
  void mergesAsPeftDoes(String name, String golden) throws IOException {
    Path there = folder.resolve("there");

    Plan plan = merge(Goldens.directory(golden), adapter(name), there);

    Map<String, Tensor> expected = Safetensors.read(adapter(name).resolve("expected.safetensors"));
    Map<String, Tensor> base =
        Safetensors.read(Goldens.directory(golden).resolve("model.safetensors"));
    Map<String, Tensor> merged = Safetensors.read(there.resolve("model.safetensors"));
    assertThat(merged.keySet()).isEqualTo(base.keySet());
    merged.forEach((tensor, values) -> {
      if (expected.containsKey(tensor)) assertClose(tensor, values, expected.get(tensor));
      else assertThat(values).as(tensor).isEqualTo(base.get(tensor));
    });
    assertThat(plan.outcome()).isEqualTo(Outcome.ROUNDED);
    assertThat(plan.made()).isNotEmpty();
  }

  private static void assertClose(String name, Tensor found, Tensor expected) {
    assertThat(found.shape()).isEqualTo(expected.shape());
    float[] values = found.floats();
    float[] wanted = expected.floats();
    float largest = 0;
    for (float each : wanted) largest = Math.max(largest, Math.abs(each));
    for (int i = 0; i < values.length; i++)
      if (Math.abs(values[i] - wanted[i]) > 1e-6 * largest)
        throw new AssertionError(
            name + "[" + i + "]: expected " + wanted[i] + ", found " + values[i]);
  }

  @Test
  void aKindThatIsNotMergedHereIsRefusedByName() throws IOException {
    assertRefused(
        crafted(Map.of(), "\"peft_type\": \"LORA\"", "\"peft_type\": \"LOHA\""),
        CONFIG,
        "peft_type",
        "found \"LOHA\"");
  }

  @Test
  void anAdapterThatBelongsToAChangedBaseIsRefused() throws IOException {
    assertRefused(
        crafted(
            Map.of(), "\"init_lora_weights\": true", "\"init_lora_weights\": \"pissa_niter_4\""),
        "init_lora_weights",
        "the base was changed");
  }

  @Test
  void aRankThatIsNotTheConfigurationsIsRefused() throws IOException {
    assertRefused(
        crafted(Map.of(), "\"r\": 4", "\"r\": 5"),
        "lora_A",
        "expected a matrix of 5 rows, the rank that adapter_config.json says");
  }

  @Test
  void anUpdateOfAnotherBaseIsRefused() throws IOException {
    String name = "base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight";
    assertRefused(
        crafted(
            Map.of(name, Tensor.ofFloats(Shape.of(3, 2), new float[6])), "\"r\": 4", "\"r\": 4"),
        "model.layers.0.self_attn.q_proj",
        "for a weight of shape [3, 32]",
        "is it the base that the adapter was trained on?");
  }

  @Test
  void anUpdateOfAModuleThatTheBaseLacksIsRefused() throws IOException {
    String module = "base_model.model.model.layers.7.self_attn.q_proj";
    assertRefused(
        crafted(
            Map.of(
                module + ".lora_A.weight", Tensor.ofFloats(Shape.of(2, 32), new float[64]),
                module + ".lora_B.weight", Tensor.ofFloats(Shape.of(32, 2), new float[64])),
            "\"r\": 4",
            "\"r\": 4"),
        "model.layers.7.self_attn.q_proj.weight, which the base does not have");
  }

  @Test
  void halfAnUpdateIsRefused() throws IOException {
    String module = "base_model.model.lm_head";
    assertRefused(
        crafted(
            Map.of(module + ".lora_A.weight", Tensor.ofFloats(Shape.of(4, 32), new float[128])),
            "\"r\": 4",
            "\"r\": 4"),
        "the update of lm_head has no lora_B.weight");
  }

  @Test
  void aFolderThatIsNoAdapterIsRefused() {
    assertThatThrownBy(() -> LoraAdapter.open(folder))
        .isInstanceOf(LoraException.class)
        .hasMessageContaining("expected an adapter's directory");
  }
}
