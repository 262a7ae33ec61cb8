package org.isomorph.debug;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.isomorph.runtime.LoadedModel;
import org.junit.jupiter.api.Test;

class LensProbeTest extends LookingAtLlama {
  @Test
  void theAnswerSettlesSomewhere() {
    Lens lens = session.lens(4);
    assertThat(lens.layers()).hasSize(4);
    assertThat(lens.layers().getFirst().name()).isEqualTo("embed");
    assertThat(lens.layers().getLast().agreement()).isEqualTo(1);
    assertThat(lens.settles(3)).isPresent();
    assertThat(lens.toString()).contains("◀ settles", "KL nats", "over 8 tokens", "at @7 ' ran'");
  }

  @Test
  void someTokensAndLayersAreEnough() {
    Lens all = session.lens(3);
    Lens lens =
        session.look(
            new LensProbe(Layer.parse(llama.model(), "0..1"), false, 3, java.util.List.of(2, -1)));
    assertThat(lens.layers())
        .extracting(Lens.State::name)
        .containsExactly("decoder.0", "decoder.1");
    for (int token : new int[] {2, 7})
      assertThat(lens.layer("decoder.1").at(token).divergence())
          .isCloseTo(all.layer("decoder.1").at(token).divergence(), within(1e-5));
    assertThatThrownBy(() -> lens.layer("decoder.0").at(3)).hasMessageContaining("token 3");
  }

  @Test
  void whatNoHeadReadsHasNoLens() {
    try (LoadedModel t5 = Goldens.load("t5")) {
      DebugSession both = DebugSession.of(t5, 3, 4, 5);
      assertThat(both.lens(3).layers().getFirst().name()).isEqualTo("embed");
      assertThatThrownBy(() -> both.lens("encoder.0", 3))
          .isInstanceOf(DebugException.class)
          .hasMessageContaining("read the stream of decoder");
    }
    try (LoadedModel clip = Goldens.load("clip")) {
      assertThatThrownBy(() -> Goldens.session(clip, "clip").lens(3))
          .hasMessageContaining("a lens needs a head that predicts");
    }
  }

  @Test
  void rewardsAndClassesHaveALensOfTheirOwn() {
    try (LoadedModel reward = Goldens.load("reward-llama")) {
      Lens lens = Goldens.session(reward, "reward-llama").lens(3);
      assertThat(lens.layers().getLast().cells().getFirst().best().text()).isEqualTo("class 0");
      assertThat(lens.notes()).anyMatch(note -> note.contains("reward"));
    }
  }
}
