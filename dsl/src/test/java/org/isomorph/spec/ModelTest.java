package org.isomorph.spec;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ModelTest {
  @Test
  void towersAndBlocksSayWhatKindsOfMixersTheyHave() {
    Tower deepseek = Published.DEEPSEEK_V3.last();
    assertThat(deepseek.layer(2).has(Latent.class)).isTrue();
    assertThat(deepseek.layer(2).has(Mixture.class)).isFalse();
    assertThat(deepseek.layer(3).has(Mixture.class)).isTrue();
    assertThat(deepseek.has(Mixture.class)).isTrue();
    assertThat(deepseek.has(Retention.class)).isFalse();
    assertThat(Published.LLAMA3_8B.last().has(FeedForward.class)).isTrue();
  }

  @Test
  void aModelSaysHowManyFurtherTokensItPredicts() {
    Model model = Published.LLAMA3_8B;
    assertThat(model.nextTokens()).isEmpty();
    assertThat(model.furtherTokens()).isZero();
    assertThat(model.head(Dsl.nextTokens(2)).furtherTokens()).isEqualTo(2);
  }
}
