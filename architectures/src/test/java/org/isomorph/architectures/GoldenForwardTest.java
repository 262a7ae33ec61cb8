package org.isomorph.architectures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.isomorph.convert.Checkpoint;
import org.isomorph.runtime.Generation;
import org.isomorph.runtime.LoadedModel;
import org.isomorph.runtime.Outputs;
import org.isomorph.runtime.Request;
import org.isomorph.runtime.RunOptions;
import org.isomorph.runtime.Sampling;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Models compute what their reference implementations compute, value by value. */
class GoldenForwardTest {
  /** Of the greatest absolute value. */
  private static final double TOLERANCE = 1e-4;

  static Stream<Path> configurations() {
    return Goldens.NAMES.stream().flatMap(name -> Goldens.configurations(name).stream());
  }

  static List<String> goldens() {
    return Goldens.NAMES;
  }

  @ParameterizedTest
  @MethodSource("configurations")
  void logitsStatesAndAttentionsAreTheReferences(Path configuration) throws IOException {
    Checkpoint checkpoint =
        Goldens.open(configuration.getParent().getFileName().toString(), configuration);
    Expected expected = Expected.of(configuration.getParent().getFileName().toString());
    SequencedMap<String, Tensor> references = expected.values(checkpoint.model());
    try (LoadedModel model = checkpoint.load(RunOptions.usual().in(DType.F32))) {
      String[] taps =
          references.keySet().stream().filter(key -> key.contains(".")).toArray(String[]::new);
      Outputs outputs = model.forward(Request.of(expected.inputs()).tap(taps));
      SoftAssertions all = new SoftAssertions();
      references.forEach((key, reference) ->
          all.assertThat(expected.deviation(key, outputs.get(key), reference))
              .as(key)
              .isCloseTo(0, within(TOLERANCE)));
      all.assertAll();
    }
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void greedyDecodingFindsTheSameTokens(String golden) throws IOException {
    Expected expected = Expected.of(golden);
    if (expected.greedy().isEmpty()) return;
    long[] ids = expected.greedy().orElseThrow();
    try (LoadedModel model = Goldens.open(golden).load(RunOptions.usual().in(DType.F32))) {
      // Of an encoder and a decoder, the first is the decoder's start, which its model knows.
      int prompt = ids.length - 16;
      boolean decodes = expected.inputs().containsKey("decoder_input_ids");
      long[] given = decodes ? expected.firstRow("input_ids") : Arrays.copyOf(ids, prompt);
      Sampling sampling = Sampling.greedy().maxTokens(16).ignoringEnd();
      try (Generation generation = model.generate(given, sampling)) {
        assertThat(generation.stream().toArray())
            .isEqualTo(Arrays.copyOfRange(ids, prompt, ids.length));
      }
    }
  }
}
