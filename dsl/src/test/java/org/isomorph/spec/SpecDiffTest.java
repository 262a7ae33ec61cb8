package org.isomorph.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.isomorph.spec.Dsl.*;

import org.junit.jupiter.api.Test;

class SpecDiffTest {
  private static final Block LLAMA =
      block(rms(1e-5)).attention(mha(32).rope(10_000)).ffn(swiglu(11_008));
  private static final Model MODEL =
      causal("llama", 32_000, 4096).layers(32, LLAMA).head(lm()).context(4096);

  private static String told(Model left, Model right) {
    StringBuilder text = new StringBuilder();
    for (Difference difference : SpecDiff.between(left, right))
      text.append(difference).append('\n').append("  ").append(difference.sentence()).append('\n');
    return text.toString();
  }

  @Test
  void nothingDiffersButTheName() {
    assertThat(SpecDiff.between(MODEL, MODEL.named("other"))).isEmpty();
  }

  @Test
  void equalDifferencesOfManyLayersAreToldOnce() {
    Model alibi =
        causal("bloomish", 32_000, 4096)
            .layers(32, block(rms(1e-5)).attention(mha(32).position(alibi())).ffn(swiglu(11_008)))
            .head(lm())
            .context(4096);
    assertThat(told(MODEL, alibi))
        .isEqualTo(
            """
            decoder.0..31.attn.position: rope(10000).dim(128) | alibi()
              decoder layers 0-31, attention positions: rotary (theta 10000) in one, ALiBi in the other
            """);
  }

  @Test
  void partsOfOneKindAreComparedPartByPart() {
    Model other =
        causal("wide", 32_000, 4096)
            .layers(
                32,
                layer ->
                    block(rms(1e-6))
                        .attention(
                            gqa(32, 8).rope(500_000).window(layer % 2 == 0 ? 4096 : 1_000_000))
                        .ffn(mlp(11_008, Activation.GELU)))
            .layers(1, LLAMA)
            .embed(tokens -> tokens.scale(64))
            .head(lm().tied())
            .role(Role.BOS, 1)
            .context(8192);
    assertThat(told(MODEL, other))
        .isEqualTo(
            """
            embed.scale: 1 | 64
              input scale: 1 in one, 64 in the other
            decoder.layers: 32 | 33
              decoder layers: 32 in one, 33 in the other
            decoder.0..31.attn.norm.eps: 1e-5 | 1e-6
              decoder layers 0-31, attention norm eps: 1e-5 in one, 1e-6 in the other
            decoder.0..31.attn.keyValueHeads: 32 | 8
              decoder layers 0-31, attention key/value heads: 32 in one, 8 in the other
            decoder.0..31.attn.position.theta: 10000 | 500000
              decoder layers 0-31, attention positions theta: 10000 in one, 500000 in the other
            decoder.0,2,4,6,8,10,12,14,16,18,20,22,24,26,28,30.attn.window: none | 4096
              decoder layers 0, 2, 4 ... 30, attention window: none in one, 4096 in the other
            decoder.0..31.ffn.norm.eps: 1e-5 | 1e-6
              decoder layers 0-31, feed-forward layer norm eps: 1e-5 in one, 1e-6 in the other
            decoder.0..31.ffn: swiglu(11008) | mlp(11008, GELU)
              decoder layers 0-31, feed-forward layer: swiglu(11008) in one, mlp(11008, GELU) in the other
            decoder.1,3,5,7,9,11,13,15,17,19,21,23,25,27,29,31.attn.window: none | 1000000
              decoder layers 1, 3, 5 ... 31, attention window: none in one, 1000000 in the other
            decoder.norm.eps: 1e-5 | 1e-6
              decoder final norm eps: 1e-5 in one, 1e-6 in the other
            head.tied: false | true
              language model head tie to the token table: no in one, yes in the other
            bos: none | [1]
              token role BOS: none in one, [1] in the other
            context: 4096 | 8192
              context length: 4096 in one, 8192 in the other
            """);
  }

  @Test
  void whatOnlyUsersReadDoesNotChangeTheFunction() {
    Model other = MODEL.role(Role.BOS, 1).context(1).named("x");
    assertThat(SpecDiff.between(MODEL, other)).noneMatch(Difference::changesFunction);
    Model prefix = prefix("p", 10, 8, before(Role.BOS)).layers(1, block(rms(1e-5)).ffn(swiglu(8)));
    assertThat(SpecDiff.between(prefix, prefix.role(Role.BOS, 3)))
        .allMatch(Difference::changesFunction)
        .hasSize(1);
  }

  @Test
  void structureIsToldBeforeItsParts() {
    Frame frame = block(layerNorm(1e-5));
    Heads heads = mha(4);
    Dense mlp = mlp(64, Activation.GELU);
    Model serial = causal("s", 100, 16).layers(2, frame.attention(heads).ffn(mlp));
    Model parallel = causal("p", 100, 16).layers(2, frame.parallelShared(heads, mlp));
    Model post =
        causal("q", 100, 16).layers(2, postNorm(layerNorm(1e-5)).attention(heads).ffn(mlp));
    assertThat(told(serial, parallel))
        .isEqualTo(
            """
            decoder.0..1.residuals: attn, ffn | attn + ffn
              decoder layers 0-1, residuals: attn, ffn in one, attn + ffn in the other
            decoder.0..1.ffn.norm: layerNorm(1e-5) | sharedNorm()
              decoder layers 0-1, feed-forward layer norm: layerNorm(1e-5) in one, sharedNorm() in the other
            """);
    assertThat(SpecDiff.between(serial, post).stream().map(Difference::toString))
        .containsExactly(
            "decoder.0..1.attn.placement: PRE | POST",
            "decoder.0..1.ffn.placement: PRE | POST",
            "decoder.norm: layerNorm(1e-5) | none");
  }

  @Test
  void towersAndHeadsOfOneSideAreToldWhole() {
    Block block = block(rms(1e-6)).attention(mha(4)).ffn(mlp(8, Activation.RELU));
    Model t5 = seq2seq("t5", 100, 16, e -> e.layers(2, block), d -> d.layers(2, block)).head(lm());
    Model encoder =
        model("e", tower("encoder", Mask.BIDIRECTIONAL, 16, tokens(100).shared()).layers(2, block))
            .head(pooler());
    assertThat(
            SpecDiff.between(t5, encoder, "the source", "bert").stream().map(Difference::sentence))
        .containsExactly(
            "tower decoder: 2 layers, 16 wide in the source, none in bert",
            "language model head: lm() in the source, none in bert",
            "pooler: none in the source, pooler(TANH) in bert");
  }
}
