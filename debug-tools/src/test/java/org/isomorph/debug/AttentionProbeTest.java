package org.isomorph.debug;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Optional;
import org.isomorph.runtime.LoadedModel;
import org.isomorph.spec.SpecException;
import org.isomorph.tensor.Tensor;
import org.junit.jupiter.api.Test;

class AttentionProbeTest extends LookingAtLlama {
  @Test
  void aTokenAttendsToAnother() {
    AttentionReadout found = session.attention("1", " it#2", " dog");
    assertThat(found.query().index()).isEqualTo(6);
    assertThat(found.key().index()).isEqualTo(2);
    Tensor probs = session.value("decoder.1.attn.probs");
    Tensor v = session.value("decoder.1.attn.v");
    assertThat(found.heads()).hasSize(4);
    for (AttentionReadout.HeadWeight head : found.heads()) {
      assertThat(head.weight()).isEqualTo(probs.get(0, head.head(), 6, 2));
      assertThat(head.group()).isEqualTo(head.head() / (4 / v.shape().dim(1)));
      assertThat(head.rowSum()).isCloseTo(1, within(1e-6));
      assertThat(head.contribution()).isPositive();
    }
    assertThat(found.hidden()).isEmpty();
    assertThat(found.reverse()).contains(0.0);
    assertThat(found.reverseHidden()).contains("causal: the key comes after the query");
    assertThat(found.toString())
        .contains("query @6 ' it' → key @2 ' dog'", "causal, full", "row sum");
    AttentionReadout ahead = session.attention("1", "2", "6");
    assertThat(ahead.mean()).isZero();
    assertThat(ahead.toString()).contains("0 by construction: causal");
  }

  @Test
  void whatIsAddedIsTheSumOfWhatKeysGive() {
    // Of the first token, who sees itself only, all that attention adds comes from there.
    AttentionReadout first = session.attention("0", "0", "0");
    for (int head = 0; head < 4; head++)
      assertThat(first.heads().get(head).weight()).isCloseTo(1, within(1e-6));
    Tensor mix = session.value("decoder.0.attn.mix");
    double[] one = new double[(int) mix.shape().elements()];
    int width = (int) mix.shape().dim(2) / 4;
    for (int at = 0; at < width; at++) one[at] = mix.get(0, 0, at);
    DebugSession alone =
        session.patched("decoder.0.attn.mix", Tensor.ofFloats(mix.shape(), floats(one)));
    Rows added = new Rows(alone.value("decoder.0.attn.out"));
    assertThat(first.contribution()).isCloseTo(first.added(), within(1e-5));
    assertThat(first.heads().getFirst().contribution())
        .isCloseTo(Vectors.norm(added.at(0, 0)), within(1e-5));
  }

  private static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int at = 0; at < values.length; at++) floats[at] = (float) values[at];
    return floats;
  }

  @Test
  void tokensThatAreNotThereOrSeveralTimes() {
    assertThatThrownBy(() -> session.attention("1", " it", "0"))
        .isInstanceOf(DebugException.class)
        .hasMessageContaining("ambiguous: it stands at 4, 6")
        .hasMessageContaining("\" it\"#1");
    assertThatThrownBy(() -> session.attention("1", "cat", "0"))
        .hasMessageContaining("'cat' is not in the prompt")
        .hasMessageContaining("nearest are");
    assertThatThrownBy(() -> session.attention("1", "8", "0")).hasMessageContaining("from 0 to 7");
    assertThatThrownBy(() -> session.attention("1", "\" it\"#3", "0"))
        .hasMessageContaining("has 2 of");
    assertThat(session.sequence().locate("\" it\"#2").index()).isEqualTo(6);
    assertThat(session.sequence().locate("dog").index()).isEqualTo(2);
    assertThat(session.sequence().locate("-1").index()).isEqualTo(7);
  }

  @Test
  void aWindowIsSaid() {
    try (LoadedModel mistral = Goldens.load("mistral")) {
      DebugSession windowed = DebugSession.of(mistral, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
      AttentionMap map = windowed.attention("0");
      long window = map.window().orElseThrow();
      assertThat(map.kind()).contains("window " + window);
      assertThat(map.hidden(11, 0)).contains("the key is outside the window of " + window);
      assertThat(map.hidden(3, 3)).isEmpty();
    }
  }

  @Test
  void crossAttentionLooksAtTheEncoder() {
    try (LoadedModel t5 = Goldens.load("t5")) {
      AttentionReadout found =
          DebugSession.of(t5, 3, 4, 5, 6).attention("decoder.0.cross", "0", "3");
      assertThat(found.kind()).isEqualTo("cross-attention to encoder");
      assertThat(found.reverse()).isEqualTo(Optional.empty());
      assertThat(found.hidden()).isEmpty();
    }
  }

  @Test
  void whatHasNoWeightsSaysWhy() {
    try (LoadedModel yoco = Goldens.load("yoco")) {
      assertThatThrownBy(() -> DebugSession.of(yoco, 1, 2).attention("self.0"))
          .isInstanceOf(SpecException.class)
          .hasMessageContaining("retention has no softmax");
    }
    assertThatThrownBy(() -> session.attention("1.cross"))
        .hasMessageContaining("the mixers are [attn, ffn]");
    assertThatThrownBy(() -> session.attention("0..1")).hasMessageContaining("names 2");
  }
}
