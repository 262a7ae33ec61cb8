package org.isomorph.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.isomorph.spec.Dsl.*;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.isomorph.spec.Model;
import org.isomorph.spec.Pooling;
import org.isomorph.spec.Retention;
import org.isomorph.spec.Role;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** What laws over random models once found. */
class FoundByLawsTest {
  private static LoadedModel load(Model model) {
    return LoadedModel.load(
        model, LoadedModelTest.random(model, 3), RunOptions.usual().in(DType.F64));
  }

  @Test
  void valuesThatAreSpeltAlikeAreTwo() {
    Model model =
        causal("m", 50, 32)
            .layers(
                1,
                block(rms(1e-6))
                    .attention(mha(4))
                    .ffn(moe(4, 2, swiglu(16)).gatedShared(swiglu(24))))
            .head(lm());
    try (LoadedModel loaded = load(model)) {
      Outputs outputs =
          loaded.forward(
              Request.ids(1, 2, 3).tap("decoder.0.ffn.shared.gate", "decoder.0.ffn.shared_gate"));
      assertThat(outputs.get("decoder.0.ffn.shared.gate").shape()).isEqualTo(Shape.of(1, 3, 24));
      assertThat(outputs.get("decoder.0.ffn.shared_gate").shape()).isEqualTo(Shape.of(1, 3, 1));
    }
  }

  @Test
  void withoutAnEndTheFirstVectorIsPooledAndNotPadding() {
    Model model =
        encoder("m", 50, 32)
            .layers(1, block(rms(1e-6)).attention(mha(4)))
            .head(classes(3, Pooling.EOS))
            .role(Role.EOS, 2);
    try (LoadedModel loaded = load(model)) {
      Tensor alone = loaded.forward(Request.ids(7, 8, 9)).logits();
      Tensor padded =
          loaded
              .forward(
                  Request.ids(7, 8, 9, 0, 0)
                      .with("attention_mask", Tensor.ofLongs(Shape.of(1, 5), 1, 1, 1, 0, 0)))
              .logits();
      assertThat(Numbers.apart(alone, padded)).isLessThan(1e-9);
    }
  }

  @Test
  void withoutALogitThereIsTheStream() {
    Model model =
        causal("m", 50, 32).layers(1, block(rms(1e-6)).attention(mha(4))).head(nextTokens(1));
    try (LoadedModel loaded = load(model)) {
      assertThat(loaded.forward(Request.ids(1, 2)).get("last_hidden_state").shape())
          .isEqualTo(Shape.of(1, 2, 32));
    }
  }

  @Test
  void logNFactorsGoByPlacesAndNotByWhatIsStillToCome() {
    Model model =
        causal("m", 50, 32).layers(1, block(rms(1e-6)).attention(mha(4).logn(4))).head(lm());
    Map<String, Tensor> whole =
        Map.of(
            "input_ids", Tensor.ofLongs(Shape.of(1, 8), 0, 0, 0, 7, 8, 9, 5, 6),
            "attention_mask", Tensor.ofLongs(Shape.of(1, 8), 0, 0, 0, 1, 1, 1, 1, 1));
    try (LoadedModel loaded = load(model);
        Session session = loaded.session()) {
      List<Tensor> pieces = new ArrayList<>();
      for (int[] piece : new int[][] {{0, 1, 2, 3, 4}, {5}, {6, 7}})
        pieces.add(
            session
                .next(
                    Map.of(
                        "input_ids", Numbers.picked(whole.get("input_ids"), 1, piece),
                        "attention_mask", Numbers.picked(whole.get("attention_mask"), 1, piece)))
                .logits());
      Tensor expected = loaded.forward(Request.of(whole)).logits();
      assertThat(Numbers.apart(expected, Numbers.joined(pieces, 1))).isLessThan(1e-9);
    }
  }

  @Test
  void anEncoderThatRetainsIsComputedOnce() {
    Retention retention = retention(4, rms(1e-6));
    Model model =
        seq2seq(
                "m",
                50,
                32,
                encoder -> encoder.layers(1, block(rms(1e-6)).retention(retention)),
                decoder -> decoder.layers(1, block(rms(1e-6)).retention(retention).cross(mha(4))))
            .head(lm());
    Request source = Request.ids(7, 8, 9);
    try (LoadedModel loaded = load(model);
        Session session = loaded.session(source)) {
      Tensor ids = Tensor.ofLongs(Shape.of(1, 3), 1, 2, 3);
      Tensor expected = loaded.forward(source.with("decoder_input_ids", ids)).logits();
      List<Tensor> pieces = List.of(session.next(1, 2).logits(), session.next(3).logits());
      assertThat(Numbers.apart(expected, Numbers.joined(pieces, 1))).isLessThan(1e-9);
    }
  }
}
