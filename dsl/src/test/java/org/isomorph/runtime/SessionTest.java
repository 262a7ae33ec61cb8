package org.isomorph.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.isomorph.spec.Dsl.*;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.isomorph.graph.GraphException;
import org.isomorph.spec.Model;
import org.isomorph.tensor.DType;
import org.isomorph.tensor.Shape;
import org.isomorph.tensor.Tensor;
import org.junit.jupiter.api.Test;

class SessionTest {
  private static final Model MODEL =
      causal("m", 50, 32)
          .layers(2, block(rms(1e-6)).attention(gqa(4, 2).rope(10_000)).ffn(swiglu(48)))
          .heads(List.of(lm(), nextTokens(2)));

  private static LoadedModel load() {
    return LoadedModel.load(
        MODEL, LoadedModelTest.random(MODEL, 3), RunOptions.usual().in(DType.F64));
  }

  @Test
  void aSequenceOutgrowsItsFirstRoom() {
    long[] ids = LongStream.range(0, 150).map(each -> each * 7 % 50).toArray();
    try (LoadedModel loaded = load();
        Session session = loaded.session()) {
      List<Tensor> pieces = new ArrayList<>();
      int from = 0;
      for (int length : new int[] {60, 3, 1, 1, 1, 64, 20}) {
        pieces.add(session.next(Arrays.copyOfRange(ids, from, from + length)).logits());
        from += length;
      }
      assertThat(session.length()).isEqualTo(ids.length);
      same(loaded.forward(Request.ids(ids)).logits(), Numbers.joined(pieces, 1));
    }
  }

  @Test
  void paddedPromptsOfABatchGoOnAsEachAlone() {
    Tensor prompt = Tensor.ofLongs(Shape.of(2, 4), 0, 0, 7, 9, 5, 3, 8, 2);
    Tensor mask = Tensor.ofLongs(Shape.of(2, 4), 0, 0, 1, 1, 1, 1, 1, 1);
    try (LoadedModel loaded = load();
        Session both = loaded.session();
        Session first = loaded.session();
        Session second = loaded.session()) {
      Tensor logits = both.next(Map.of("input_ids", prompt, "attention_mask", mask)).logits();
      same(first.next(7, 9).logits(), Numbers.picked(Numbers.picked(logits, 0, 0), 1, 2, 3));
      same(second.next(5, 3, 8, 2).logits(), Numbers.picked(logits, 0, 1));
      for (long token = 10; token < 13; token++) {
        Tensor next = both.next(Tensor.ofLongs(Shape.of(2, 1), token, token + 20)).logits();
        same(first.next(token).logits(), Numbers.picked(next, 0, 0));
        same(second.next(token + 20).logits(), Numbers.picked(next, 0, 1));
      }
    }
  }

  @Test
  void furtherTokensAreTappedInWholeSequencesOnly() {
    try (LoadedModel loaded = load()) {
      Outputs outputs = loaded.forward(Request.ids(1, 2, 3, 4, 5).tap("mtp.*"));
      assertThat(outputs.get("mtp.0.logits").shape()).isEqualTo(Shape.of(1, 4, 50));
      assertThat(outputs.get("mtp.1.logits").shape()).isEqualTo(Shape.of(1, 3, 50));
      try (Session session = loaded.session(Request.of(Map.of()).tap("*"))) {
        assertThat(session.next(1, 2).values()).doesNotContainKey("mtp.0.logits");
      }
      assertThatThrownBy(() -> loaded.session(Request.of(Map.of()).tap("mtp.0.logits")))
          .isInstanceOf(GraphException.class)
          .hasMessageContaining("mtp.0.logits");
    }
  }

  private static void same(Tensor expected, Tensor found) {
    assertThat(Numbers.apart(expected, found)).isLessThan(1e-9);
  }
}
