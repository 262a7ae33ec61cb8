package org.isomorph.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.isomorph.spec.Dsl.*;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.isomorph.graph.Piece;
import org.isomorph.spec.Model;
import org.isomorph.spec.Parameter;
import org.isomorph.spec.Parameters;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PiecewiseModelTest {
  private static final Model DEEP =
      causal("deep", 99, 32)
          .layers(12, block(rms(1e-6)).attention(gqa(4, 2).rope(10_000)).ffn(swiglu(48)))
          .head(lm());

  static Stream<Model> models() {
    return LoadedModelTest.models();
  }

  private static Map<String, Tensor> run(PiecewiseModel model, Map<String, Tensor> given) {
    Map<String, Tensor> values = model.inputs(given);
    for (Piece piece : model.pieces())
      try (PiecewiseModel.Bound bound = model.bind(piece)) {
        values.putAll(bound.run(values).values());
      }
    return values;
  }

  @ParameterizedTest
  @MethodSource("models")
  void pieceByPieceIsTheWhole(Model model) {
    Weights weights = LoadedModelTest.random(model, 1);
    Map<String, Tensor> inputs = LoadedModelTest.inputs(model);
    try (LoadedModel whole = LoadedModel.load(model, weights, RunOptions.usual().in(DType.F32));
        PiecewiseModel pieces = PiecewiseModel.of(model, weights, DType.F32)) {
      Map<String, Tensor> values = run(pieces, inputs);
      // Not bit for bit: kernels choose by strides, and what crosses a border has others.
      whole
          .forward(Request.of(inputs))
          .values()
          .forEach((name, expected) ->
              assertThat(Numbers.apart(expected, values.get(name))).as(name).isLessThan(1e-6));
    }
  }

  @Test
  void piecesAreLayersAndWhatStandsAroundThem() {
    try (PiecewiseModel model =
        PiecewiseModel.of(DEEP, LoadedModelTest.random(DEEP, 1), DType.F32)) {
      assertThat(model.pieces()).extracting(Piece::name).startsWith("inputs", "decoder.0");
      assertThat(model.pieces()).extracting(Piece::name).endsWith("decoder.11", "heads");
      assertThat(model.pieces().get(1).graph().outputs()).containsOnlyKeys("decoder.0.out");
      assertThat(model.pieces().get(5).graph().inputs().keySet())
          .contains("decoder.3.out")
          .doesNotContain("input_ids");
    }
  }

  @Test
  void equalLayersAreCompiledOnce() {
    try (PiecewiseModel model =
        PiecewiseModel.of(DEEP, LoadedModelTest.random(DEEP, 1), DType.F32)) {
      run(model, LoadedModelTest.inputs(DEEP));
      assertThat(model.programs()).isEqualTo(3);
    }
  }

  @Test
  void aTapOfAPieceIsTheTapOfTheModel() {
    Weights weights = LoadedModelTest.random(DEEP, 2);
    Map<String, Tensor> inputs = LoadedModelTest.inputs(DEEP);
    String probs = "decoder.0.attn.probs";
    try (LoadedModel whole = LoadedModel.load(DEEP, weights, RunOptions.usual().in(DType.F32));
        PiecewiseModel model = PiecewiseModel.of(DEEP, weights, DType.F32)) {
      Map<String, Tensor> values = model.inputs(inputs);
      for (Piece piece : model.pieces().subList(0, 2))
        try (PiecewiseModel.Bound bound =
            model.bind(piece.tap(piece.isLayer() ? List.of(probs) : List.of()))) {
          values.putAll(bound.run(values).values());
        }
      Outputs expected = whole.forward(Request.of(inputs).tap(probs));
      assertThat(values).containsEntry(probs, expected.get(probs));
    }
  }

  @Test
  void nudgedWeightsChangeWhatIsComputedALittleAndOnlyUntilThePieceIsClosed() {
    Weights weights = LoadedModelTest.random(DEEP, 3);
    try (PiecewiseModel model = PiecewiseModel.of(DEEP, weights, DType.F32)) {
      Map<String, Tensor> values = model.inputs(LoadedModelTest.inputs(DEEP));
      Piece first = model.pieces().getFirst();
      Tensor plain, nudged, again;
      try (PiecewiseModel.Bound bound = model.bind(first)) {
        plain = bound.run(values).get("embed.out");
        bound.nudge(1e-3);
        nudged = bound.run(values).get("embed.out");
      }
      try (PiecewiseModel.Bound bound = model.bind(first)) {
        again = bound.run(values).get("embed.out");
      }
      assertThat(again).isEqualTo(plain);
      assertThat(Numbers.apart(plain, nudged)).isBetween(1e-5, 1e-3);
    }
  }

  @Test
  void aWeightThatIsMissingIsRefusedBeforeAnythingRuns() {
    Map<String, Tensor> tensors = new HashMap<>();
    for (Parameter parameter : Parameters.of(DEEP))
      if (!parameter.name().equals("decoder.7.ffn.up.weight"))
        tensors.put(
            parameter.name(),
            Tensor.ofFloats(
                parameter.shape(), new float[Math.toIntExact(parameter.shape().elements())]));
    assertThatThrownBy(() -> PiecewiseModel.of(DEEP, Weights.of(tensors), DType.F32))
        .isInstanceOf(RunException.class)
        .hasMessageContaining("decoder.7.ffn.up.weight");
  }
}
