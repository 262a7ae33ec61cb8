package org.isomorph.spec;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PrintTest {
  @Test
  void aModelReadsAsTheCallsThatMakeIt() {
    assertThat(Published.LLAMA3_8B.toString())
        .isEqualTo(
            """
            model("llama-3-8b",
              tower("decoder", CAUSAL, 4096, tokens(128256).width(4096))
                .layers(32, block(rms(1e-5)).attention(gqa(32, 8).headDim(128).position(rope(500000).dim(128))).ffn(swiglu(14336)))
                .finalNorm(rms(1e-5)))
              .head(lm())\
            """);
    assertThat(Published.DEEPSEEK_V3.toString())
        .contains(
            "mla(128, 1536, 512, 128, 64, 128).norm(rms(1e-6))"
                + ".rope(rope(10000).dim(64).pairs().scaled(yarn(40, 4096, 1, 1)))",
            ".ffn(moe(256, 8, swiglu(2048)).shared(swiglu(2048)).router(deepSeekRouter(8, 4, 2.5)))",
            ".head(nextTokens(1))");
    assertThat(Published.YOCO_3B.toString())
        .contains(
            "tower(\"cross\", CAUSAL, 3072, continues(\"self\"))\n    .cache(sharedCache(rms(1e-5), 8, 128)",
            ".from(SHARED_CACHE)");
  }
}
