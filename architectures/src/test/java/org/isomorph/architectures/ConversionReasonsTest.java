package org.isomorph.architectures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.util.List;
import org.isomorph.convert.ConversionRefused;
import org.junit.jupiter.api.Test;

/** A refusal says what the target lacks, and nothing that an adjustment would mend. */
class ConversionReasonsTest {
  @Test
  void llamaHasNoQueryAndKeyNorms() {
    assertThat(reasons("llama", "qwen3"))
        .containsExactly(
            "decoder layers 0-2, attention query/key norm: none in the model, rms(1e-6) in qwen3",
            "families that can express it: mistral, phi3, baichuan, glm, llama-meta, mixtral, qwen2, "
                + "qwen2-moe, qwen1, gemma");
    assertThat(reasons("qwen3", "llama"))
        .containsExactly(
            "decoder layers 0-2, attention query/key norm: rms(1e-6) in the model, none in llama",
            "families that can express it: qwen3-moe");
  }

  @Test
  void llamaIsNoGpt2() {
    assertThat(reasons("llama", "gpt2"))
        .contains(
            "input positions: none in the model, learned (64) in gpt2",
            "decoder final norm: rms(1e-6) in the model, layerNorm(1e-6) in gpt2",
            "decoder layers 0-2, feed-forward layer: swiglu(48) in the model, "
                + "mlp(48, SILU).biased() in gpt2",
            "decoder layers 0-2, attention positions: rotary (theta 10000) in the model, "
                + "none in gpt2");
  }

  @Test
  void theHeadOfBaichuan2IsNoReasonBecauseItFolds() {
    String alibi =
        "decoder layers 0-1, attention positions: ALiBi in the model, "
            + "rotary (theta 10000) in llama";
    String alone = "no other family that is known can express it";
    assertThat(reasons("baichuan1_13b", "llama")).containsExactly(alibi, alone);
    assertThat(reasons("baichuan2_13b", "llama")).containsExactly(alibi, alone);
  }

  @Test
  void llamaHasNoWindow() {
    assertThat(reasons("mistral", "llama"))
        .containsExactly(
            "decoder layers 0-2, attention window: 4 in the model, none in llama",
            "families that can express it: phi3, mixtral, qwen2, qwen2-moe");
  }

  @Test
  void whatALawMendedIsNotSaidToBeInTheModel() {
    assertThat(reasons("qwen3", "gemma"))
        .first()
        .isEqualTo(
            "decoder layers 0-2, attention query/key norm: rms(1e-6) in the model, none in gemma");
  }

  @Test
  void baichuanHasNoWindow() {
    assertThat(reasons("mistral", "baichuan"))
        .contains("decoder layers 0-2, attention window: 4 in the model, none in baichuan");
  }

  @Test
  void aFamilyWithoutAClassThatScoresHasNoRewards() {
    assertThat(reasons("reward-llama", "qwen1"))
        .contains("reward head: reward() in the model, none in qwen1");
  }

  @Test
  void biasesThatAreNotZeroCannotBeLeftOut() {
    assertThat(reasons("qwen2", "mistral"))
        .first()
        .isEqualTo(
            "the way \"leave out zero attention biases\" is closed: "
                + "it is not so that decoder.0.attn.q.bias is all zeros");
  }

  private static List<String> reasons(String golden, String family) {
    Path source = Goldens.directory(golden);
    ConversionRefused refused =
        catchThrowableOfType(ConversionRefused.class, () -> Conversions.plan(source, family));
    assertThat(refused).hasMessageContainingAll(source.toString(), family);
    return refused.reasons();
  }
}
