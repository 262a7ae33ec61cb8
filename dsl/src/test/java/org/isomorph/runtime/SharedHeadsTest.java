package org.isomorph.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.isomorph.spec.Dsl.*;

import java.util.Arrays;
import java.util.Map;
import org.isomorph.spec.Heads;
import org.isomorph.spec.Model;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Queries that share heads of keys and values: as more rows of them while the prompt is short, as
 * repeated keys when it is long. Attention taken apart knows neither.
 */
class SharedHeadsTest {
  private static final Model ROTARY = model(gqa(4, 2).headDim(8).rope(10_000));
  private static final Model ONE_HEAD = model(mqa(4).headDim(8).rope(10_000));
  private static final Model FAR = model(gqa(4, 2).headDim(8).position(alibi()));

  private static Model model(Heads heads) {
    return causal("shared", 40, 32)
        .layers(2, block(rms(1e-6)).attention(heads).ffn(swiglu(48)))
        .head(lm());
  }

  @ParameterizedTest
  @CsvSource({"1", "2", "8", "9", "16", "17", "40"})
  void shortAndLongPromptsAreWhatAttentionTakenApartGives(int tokens) {
    for (Model model : new Model[] {ROTARY, ONE_HEAD, FAR})
      for (boolean padded : new boolean[] {false, true}) {
        long[] ids = new long[2 * tokens], mask = new long[2 * tokens];
        for (int i = 0; i < ids.length; i++) ids[i] = 1 + i * 7 % 39;
        Arrays.fill(mask, 1);
        if (padded && tokens > 2) mask[0] = mask[2 * tokens - 1] = 0;
        Request request =
            Request.of(
                Map.of(
                    "input_ids", Tensor.ofLongs(Shape.of(2, tokens), ids),
                    "attention_mask", Tensor.ofLongs(Shape.of(2, tokens), mask)));
        RunOptions options = RunOptions.usual().in(DType.F64);
        try (LoadedModel loaded =
            LoadedModel.load(model, LoadedModelTest.random(model, 3), options)) {
          Tensor found = loaded.forward(request).logits();
          Tensor expected =
              loaded.forward(request.tap("decoder.0.attn.probs", "decoder.1.attn.probs")).logits();
          assertThat(Numbers.apart(expected, found)).as("%s", model).isLessThan(1e-9);
        }
      }
  }
}
