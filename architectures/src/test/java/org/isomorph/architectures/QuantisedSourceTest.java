package org.isomorph.architectures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.isomorph.convert.Checkpoint;
import org.isomorph.convert.ConversionRequest;
import org.isomorph.convert.Initialisation;
import org.isomorph.convert.Outcome;
import org.isomorph.convert.Plan;
import org.isomorph.convert.run.Executor;
import org.isomorph.convert.run.Options;
import org.isomorph.convert.run.ProgressListener;
import org.isomorph.runtime.LoadedModel;
import org.isomorph.runtime.Request;
import org.isomorph.runtime.RunOptions;
import org.isomorph.sharding.BlockScales;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.Tensor;
import org.isomorph.tensor.TensorInfo;
import org.isomorph.tensorfile.Safetensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * 8-bit floats with scales for blocks, in a checkpoint that {@code sources/fp8.py} made of the
 * deepseek-v3 golden, and the bfloat16 that torch makes of them.
 */
class QuantisedSourceTest {
  private static final Path QUANTISED = Goldens.resource("sources/fp8");

  @TempDir private Path folder;

  private Path crafted(SequencedMap<String, Tensor> tensors) throws IOException {
    Path directory = Files.createDirectory(folder.resolve("crafted"));
    Files.copy(QUANTISED.resolve("config.json"), directory.resolve("config.json"));
    Safetensors.write(directory.resolve("model.safetensors"), tensors);
    return directory;
  }

  private static SequencedMap<String, Tensor> tensors() throws IOException {
    return new LinkedHashMap<>(Safetensors.read(QUANTISED.resolve("model.safetensors")));
  }

  @Test
  void becomesTheBfloat16ThatTorchMakesOfItBitForBit() throws IOException {
    Path there = folder.resolve("there");

    Plan plan = Conversions.convert(QUANTISED, there, "deepseek-v3");

    assertThat(Safetensors.read(there.resolve("model.safetensors")))
        .isEqualTo(Safetensors.read(QUANTISED.resolve("expected.safetensors")));
    assertThat(Files.readString(there.resolve("config.json")))
        .doesNotContain("quantization_config")
        .contains("bfloat16");
    Conversions.assertOpens(there, plan);
  }

  @Test
  void runsAsTheBfloat16ModelRuns() throws IOException {
    Path there = folder.resolve("there");
    Conversions.convert(QUANTISED, there, "deepseek-v3");
    Request request = Request.of(Map.of("input_ids", Tensor.ofLongs(Shape.of(1, 4), 5, 3, 9, 2)));

    try (LoadedModel quantised = Goldens.open(QUANTISED).load(RunOptions.usual().in(DType.F32));
        LoadedModel plain = Goldens.open(there).load(RunOptions.usual().in(DType.F32))) {
      assertThat(quantised.forward(request)).isEqualTo(plain.forward(request));
    }
  }

  @Test
  void aMissingScaleIsAnError() throws IOException {
    SequencedMap<String, Tensor> tensors = tensors();
    String missing = "model.layers.0.self_attn.o_proj.weight_scale_inv";
    tensors.remove(missing);
    Path crafted = crafted(tensors);

    assertThatThrownBy(() -> Goldens.open(crafted))
        .hasMessageContaining("model.layers.0.self_attn.o_proj.weight F8_E4M3")
        .hasMessageContaining("expected a tensor " + missing + ", found none");
  }

  @Test
  void scalesOfAnotherShapeAreAnError() throws IOException {
    SequencedMap<String, Tensor> tensors = tensors();
    tensors.put(
        "model.layers.0.self_attn.o_proj.weight_scale_inv", Tensor.ofFloats(Shape.of(1, 2), 1, 1));
    Path crafted = crafted(tensors);

    assertThatThrownBy(() -> Goldens.open(crafted))
        .hasMessageContaining("a scale for each block of 24 x 40")
        .hasMessageContaining("found [1, 2]");
  }

  @Test
  void scalesOfNothingAreAnError() throws IOException {
    SequencedMap<String, Tensor> tensors = tensors();
    tensors.remove("model.layers.0.self_attn.o_proj.weight");
    Path crafted = crafted(tensors);

    assertThatThrownBy(() -> Goldens.open(crafted))
        .hasMessageContaining("model.layers.0.self_attn.o_proj.weight_scale_inv")
        .hasMessageContaining("is a shard missing?");
  }

  @Test
  void anotherMethodIsRefusedByName() throws IOException {
    Path crafted = crafted(tensors());
    Path config = crafted.resolve("config.json");
    Files.writeString(config, Files.readString(config).replace("\"fp8\"", "\"gptq\""));

    assertThatThrownBy(() -> Goldens.open(crafted))
        .hasMessageContaining("quantization_config.quant_method")
        .hasMessageContaining("found \"gptq\"");
  }

  @Test
  void aRandomCheckpointCanBeQuantised() throws IOException {
    Path made = folder.resolve("made");
    Checkpoint golden = Goldens.open(QUANTISED);
    Initialisation plan =
        Initialisation.plan(
            golden.model(),
            golden.dialect(),
            DType.BF16,
            Optional.of(new BlockScales(24, 40)),
            golden.dialect().files(ConversionRequest.USUAL_SHARD),
            3,
            false);
    Executor.run(plan.blueprint(), made, Options.defaults(), ProgressListener.NONE);

    assertThat(Safetensors.read(made.resolve("model.safetensors")).keySet())
        .containsExactlyInAnyOrderElementsOf(tensors().keySet());
    Path there = folder.resolve("there");
    Plan converted = Conversions.convert(made, there, "deepseek-v3");
    assertThat(converted.outcome()).isEqualTo(Outcome.ROUNDED);
    assertThat(converted.source().stored().tensors().values())
        .extracting(TensorInfo::dtype)
        .doesNotContain(DType.F8_E4M3);
    float[] weight =
        Safetensors.read(there.resolve("model.safetensors"))
            .get("model.layers.0.self_attn.o_proj.weight")
            .floats();
    double squares = 0;
    for (float each : weight) squares += (double) each * each;
    assertThat(Math.sqrt(squares / weight.length)).isBetween(0.015, 0.025);
  }
}
