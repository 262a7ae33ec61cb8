package org.isomorph.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.isomorph.graph.Graph;
import org.isomorph.graph.Lowering;
import org.isomorph.spec.Model;
import org.isomorph.spec.TinyModels;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StandaloneArchiveTest {
  @TempDir Path folder;

  private static Model model(String name) {
    return TinyModels.all().stream()
        .map(TinyModels.Tiny::model)
        .filter(each -> each.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "llama",
        "bert",
        "t5",
        "bart",
        "clip",
        "vit",
        "deepseek-v3",
        "chatglm-6b",
        "glam",
        "yoco"
      })
  void itGivesWhatTheModelGives(String name) throws IOException {
    Model model = model(name);
    Weights weights = LoadedModelTest.random(model, 1);
    Path file = folder.resolve("model.pt");
    StandaloneArchive.write(file, model, weights, Optional.of(DType.F32));
    try (Program program = Program.load(file, Device.CPU)) {
      assertSame(model, weights, program);
    }
    assertThat(folder).isDirectoryNotContaining("glob:**.partial");
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama", "bart", "deepseek-v3"})
  void itsWeightsCanStayInTheirFiles(String name) throws IOException {
    Model model = model(name);
    Weights weights =
        RefusalsTest.inFile(model, LoadedModelTest.random(model, 2), folder.resolve("weights"));
    Path file = folder.resolve("model.pt");
    StandaloneArchive.writeUnbound(file, model, weights, folder, Optional.of(DType.F32));
    try (Program program = Program.load(file, Device.CPU)) {
      assertThatThrownBy(() -> assertSame(model, weights, program))
          .isInstanceOf(RunException.class)
          .hasMessageContaining("call bind(directory) first");
      try (NativeValue directory = NativeValue.of(folder.toString());
          NativeValue device = NativeValue.of("cpu")) {
        program.call("bind", directory, device).close();
      }
      assertSame(model, weights, program);
    }
  }

  @Test
  void weightsInMemoryCannotStayOutside() {
    Model model = model("llama");
    assertThatThrownBy(() ->
            StandaloneArchive.writeUnbound(
                folder.resolve("model.pt"),
                model,
                LoadedModelTest.random(model, 1),
                folder,
                Optional.empty()))
        .isInstanceOf(RunException.class)
        .hasMessage("weights outside an archive must be in files");
  }

  @Test
  void whatTheWeightsAreStoredAsIsTheUsualDType() throws IOException {
    Model model = model("llama");
    Path file = folder.resolve("model.pt");
    StandaloneArchive.write(file, model, LoadedModelTest.random(model, 1), Optional.empty());
    try (Program program = Program.load(file, Device.CPU);
        NativeValue ids =
            NativeValue.of(Tensor.ofLongs(org.isomorph.tensor.Shape.of(1, 1), 3), Device.CPU);
        NativeValue logits = program.call("forward", ids)) {
      assertThat(logits.tensor().dtype()).isEqualTo(DType.F64);
    }
  }

  private static void assertSame(Model model, Weights weights, Program program) {
    Map<String, Tensor> inputs = LoadedModelTest.inputs(model);
    Graph graph = Lowering.of(model);
    Map<String, Tensor> complete = Arguments.of(model, graph, inputs, 0, Set.of());
    List<NativeValue> arguments = new ArrayList<>();
    try (LoadedModel loaded = LoadedModel.load(model, weights, RunOptions.usual().in(DType.F32))) {
      Map<String, Tensor> expected = loaded.forward(Request.of(inputs)).values();
      for (String name : graph.inputs().keySet())
        arguments.add(
            NativeValue.of(java.util.Objects.requireNonNull(complete.get(name)), Device.CPU));
      try (NativeValue result = program.call("forward", arguments.toArray(NativeValue[]::new))) {
        Map<String, NativeValue> given =
            result.isTensor()
                ? Map.of(expected.keySet().iterator().next(), result)
                : result.entries();
        assertThat(given.keySet()).isEqualTo(expected.keySet());
        expected.forEach((name, tensor) -> assertClose(given.get(name).tensor(), tensor));
      }
    } finally {
      arguments.forEach(NativeValue::close);
    }
  }

  private static void assertClose(Tensor found, Tensor expected) {
    assertThat(found.shape()).isEqualTo(expected.shape());
    float[] a = found.floats(), b = expected.floats();
    for (int at = 0; at < a.length; at++)
      assertThat(a[at]).isCloseTo(b[at], within(1e-4f * Math.max(1, Math.abs(b[at]))));
  }
}
