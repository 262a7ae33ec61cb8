package org.isomorph.debug;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.isomorph.runtime.LoadedModel;
import org.isomorph.tensor.Tensor;
import org.junit.jupiter.api.Test;

class CosineProbeTest extends LookingAtLlama {
  @Test
  void aLayerIsMeasuredTokenByTokenAndTheFirstStandsApart() {
    CosDistance found = session.cosine();
    assertThat(found.layers())
        .extracting(CosDistance.LayerDistance::name)
        .containsExactly("decoder.0", "decoder.1", "decoder.2", "decoder.norm");
    CosDistance.LayerDistance layer = found.layer("decoder.1");
    Tensor in = session.value("decoder.1.in"), out = session.value("decoder.1.out");
    double sum = 0;
    for (int token = 0; token < IDS.length; token++) {
      double dot = 0, x = 0, y = 0;
      for (int at = 0; at < in.shape().dim(2); at++) {
        dot += in.get(0, token, at) * out.get(0, token, at);
        x += in.get(0, token, at) * in.get(0, token, at);
        y += out.get(0, token, at) * out.get(0, token, at);
      }
      double distance = 1 - dot / Math.sqrt(x * y);
      assertThat(layer.tokens().get(token).distance()).isCloseTo(distance, within(1e-12));
      assertThat(layer.tokens().get(token).normOut()).isCloseTo(Math.sqrt(y), within(1e-9));
      if (token > 0) sum += distance;
    }
    assertThat(layer.distance().mean()).isCloseTo(sum / (IDS.length - 1), within(1e-12));
    assertThat(layer.worst().distance()).isEqualTo(layer.distance().max());
    assertThat(found.toString())
        .contains("first token apart", "decoder.norm", "(not a layer)", "massive", "|in|→|out|");
    assertThat(session.look(new CosineProbe(Layer.parse(llama.model(), "1"), true, false)).layers())
        .singleElement()
        .satisfies(own -> assertThat(own.distance().mean()).isNotEqualTo(layer.distance().mean()));
  }

  @Test
  void aRogueDimensionDoesNotDecideWhatIsStandardised() {
    // Of one dimension that is a thousand everywhere, a cosine sees nothing else.
    DebugSession rogue = session;
    for (String name : new String[] {"decoder.1.in", "decoder.1.out"}) {
      float[] values = session.value(name).floats();
      for (int at = 0; at < values.length; at += 32) values[at] += 1000;
      rogue = rogue.patched(name, Tensor.ofFloats(session.value(name).shape(), values));
    }
    assertThat(rogue.cosine("1").layers().getFirst().distance().max()).isLessThan(1e-3);
    CosDistance plain = session.standardisedCosine("1"), found = rogue.standardisedCosine("1");
    for (int token = 0; token < IDS.length; token++)
      assertThat(found.layer("decoder.1").tokens().get(token).distance())
          .isCloseTo(plain.layer("decoder.1").tokens().get(token).distance(), within(1e-3));
    assertThat(plain.layer("decoder.1").normOut())
        .isEqualTo(session.cosine("1").layer("decoder.1").normOut());
    assertThat(plain.toString()).contains("(first token apart, dimensions standardised)");
    assertThat(session.cosine().toString()).doesNotContain("standardised");
    assertThatThrownBy(() -> DebugSession.of(llama, 5, 7).standardisedCosine("1"))
        .isInstanceOf(DebugException.class)
        .hasMessage(
            "to standardise dimensions takes at least 2 counted tokens, found 1: give a longer"
                + " prompt, or count the first token too");
  }

  @Test
  void aSingleTokenIsCounted() {
    assertThat(DebugSession.of(llama, 5).cosine("0").layers().getFirst().distance().mean())
        .isFinite();
  }

  @Test
  void postNormModelsSayThatTheyAre() {
    try (LoadedModel bert = Goldens.load("bert")) {
      assertThat(Goldens.session(bert, "bert").cosine().notes())
          .anyMatch(note -> note.startsWith("encoder: post-norm"));
    }
  }

  @Test
  void bothTowersAreMeasured() {
    try (LoadedModel t5 = Goldens.load("t5")) {
      assertThat(DebugSession.of(t5, 3, 4, 5).cosine().layers())
          .extracting(CosDistance.LayerDistance::name)
          .contains("encoder.0", "encoder.norm", "decoder.0", "decoder.norm");
    }
  }
}
