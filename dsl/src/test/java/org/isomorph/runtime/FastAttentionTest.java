package org.isomorph.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.isomorph.spec.Dsl.*;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.isomorph.spec.Heads;
import org.isomorph.spec.Model;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Attention in one: queries that share heads are rows of these while they are few, and share
 * repeated ones when they are many; long prompts are read in pieces that stop at their last key.
 * Attention taken apart knows none of it.
 */
class FastAttentionTest {
  static List<Model> models() {
    return List.of(
        model("own", mha(4).headDim(8).rope(10_000)),
        model("shared", gqa(4, 2).headDim(8).rope(10_000)),
        model("one", mqa(4).headDim(8).rope(10_000)),
        model("biased", gqa(4, 2).headDim(8).position(alibi())),
        model("window", gqa(4, 2).headDim(8).rope(10_000).window(5)));
  }

  private static Model model(String name, Heads heads) {
    return causal(name, 40, 32)
        .layers(2, block(rms(1e-6)).attention(heads).ffn(swiglu(48)))
        .head(lm());
  }

  private static LoadedModel loaded(Model model) {
    return LoadedModel.load(
        model, LoadedModelTest.random(model, 3), RunOptions.usual().in(DType.F64));
  }

  /** Two rows; with padding, at the left of the first and at the right of the second. */
  private static Map<String, Tensor> rows(int tokens, boolean padded) {
    long[] ids = new long[2 * tokens], mask = new long[2 * tokens];
    for (int i = 0; i < ids.length; i++) ids[i] = 1 + i * 7 % 39;
    Arrays.fill(mask, 1);
    if (padded) mask[0] = mask[2 * tokens - 1] = 0;
    Shape shape = Shape.of(2, tokens);
    return Map.of(
        "input_ids", Tensor.ofLongs(shape, ids), "attention_mask", Tensor.ofLongs(shape, mask));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 8, 9, 16, 17, 255, 256, 257, 600})
  void promptsOfAnyLengthAreWhatAttentionTakenApartGives(int tokens) {
    for (Model model : models())
      for (boolean padded : new boolean[] {false, tokens > 2}) {
        Request request = Request.of(rows(tokens, padded));
        try (LoadedModel loaded = loaded(model)) {
          Tensor found = loaded.forward(request).logits();
          Tensor expected =
              loaded.forward(request.tap("decoder.0.attn.probs", "decoder.1.attn.probs")).logits();
          assertThat(Numbers.apart(expected, found)).as(model.name()).isLessThan(1e-9);
        }
      }
  }

  @ParameterizedTest
  @MethodSource("models")
  void longPiecesBehindOthersAreTheWhole(Model model) {
    int[] ends = {300, 600, 601};
    Map<String, Tensor> whole = rows(601, false);
    Request alone = Request.of(Map.of());
    try (LoadedModel loaded = loaded(model);
        Session session = loaded.session(alone)) {
      Tensor expected = loaded.forward(Request.of(whole)).logits();
      int first = 0;
      for (int end : ends) {
        int[] range = java.util.stream.IntStream.range(first, end).toArray();
        Tensor ids = Numbers.picked(whole.get("input_ids"), 1, range);
        Tensor found = session.next(Map.of("input_ids", ids)).logits();
        assertThat(Numbers.apart(Numbers.picked(expected, 1, range), found)).isLessThan(1e-9);
        first = end;
      }
    }
  }
}
