package org.isomorph.architectures;

import static org.isomorph.spec.Activation.GELU;
import static org.isomorph.spec.Activation.GELU_TANH;
import static org.isomorph.spec.Activation.RELU;
import static org.isomorph.spec.Dsl.*;
import static org.isomorph.spec.Projection.K;
import static org.isomorph.spec.Projection.Q;
import static org.isomorph.spec.Projection.V;
import static org.isomorph.spec.Role.BOS;
import static org.isomorph.spec.Role.DECODER_START;
import static org.isomorph.spec.Role.EOS;
import static org.isomorph.spec.Role.GMASK;
import static org.isomorph.spec.Role.MASK;
import static org.isomorph.spec.Role.PAD;

import org.isomorph.spec.Heads;
import org.isomorph.spec.Latent;
import org.isomorph.spec.Mixture;
import org.isomorph.spec.Model;
import org.isomorph.spec.Router;
import org.isomorph.spec.Tokens;

/**
 * Published models as a person describes them, with the ids and lengths of their configurations.
 */
final class Described {
  private Described() {}

  static final Model LLAMA_2_7B =
      causal("llama-2-7b", 32_000, 4096)
          .layers(32, block(rms(1e-5)).attention(mha(32).rope(10_000)).ffn(swiglu(11_008)))
          .head(lm())
          .role(BOS, 1)
          .role(EOS, 2)
          .context(4096);

  static final Model LLAMA_3_8B =
      causal("llama-3-8b", 128_256, 4096)
          .layers(32, block(rms(1e-5)).attention(gqa(32, 8).rope(500_000)).ffn(swiglu(14_336)))
          .head(lm())
          .role(BOS, 128_000)
          .role(EOS, 128_001)
          .context(8192);

  static final Model LLAMA_3_70B =
      causal("llama-3-70b", 128_256, 8192)
          .layers(80, block(rms(1e-5)).attention(gqa(64, 8).rope(500_000)).ffn(swiglu(28_672)))
          .head(lm())
          .role(BOS, 128_000)
          .role(EOS, 128_001)
          .context(8192);

  static final Model QWEN_25_05B =
      causal("qwen2.5-0.5b", 151_936, 896)
          .layers(
              24,
              block(rms(1e-6))
                  .attention(gqa(14, 2).biased(Q, K, V).rope(1_000_000))
                  .ffn(swiglu(4864)))
          .head(lm().tied())
          .role(BOS, 151_643)
          .role(EOS, 151_643)
          .context(32_768);

  static final Model QWEN_2_7B =
      causal("qwen2-7b", 152_064, 3584)
          .layers(
              28,
              block(rms(1e-6))
                  .attention(gqa(28, 4).biased(Q, K, V).rope(1_000_000))
                  .ffn(swiglu(18_944)))
          .head(lm())
          .role(BOS, 151_643)
          .role(EOS, 151_643)
          .context(131_072);

  static final Model MISTRAL_7B =
      causal("mistral-7b", 32_000, 4096)
          .layers(
              32,
              block(rms(1e-5)).attention(gqa(32, 8).rope(10_000).window(4096)).ffn(swiglu(14_336)))
          .head(lm())
          .role(BOS, 1)
          .role(EOS, 2)
          .context(32_768);

  static final Model GPT_2 =
      causal("gpt2", 50_257, 768)
          .embed(tokens -> tokens.position(learned(1024)))
          .layers(
              12,
              block(layerNorm(1e-5)).attention(mha(12).biased()).ffn(mlp(3072, GELU_TANH).biased()))
          .head(lm().tied())
          .role(BOS, 50_256)
          .role(EOS, 50_256)
          .context(1024);

  static final Model BERT_BASE =
      encoder("bert-base", 30_522, 768)
          .embed(tokens -> tokens.position(learned(512)).segments(2).norm(layerNorm(1e-12)))
          .layers(
              12,
              postNorm(layerNorm(1e-12)).attention(mha(12).biased()).ffn(mlp(3072, GELU).biased()))
          .head(pooler())
          .role(PAD, 0)
          .context(512);

  private static final Heads T5_CROSS = mha(12).headDim(64).scale(1);
  private static final Heads T5_SELF = T5_CROSS.position(buckets(32, 128));

  static final Model T5_BASE =
      seq2seq(
              "t5-base",
              32_128,
              768,
              encoder ->
                  encoder.layers(12, block(rms(1e-6)).attention(T5_SELF).ffn(mlp(3072, RELU))),
              decoder ->
                  decoder.layers(
                      12, block(rms(1e-6)).attention(T5_SELF).cross(T5_CROSS).ffn(mlp(3072, RELU))))
          .head(lm().tied().scale(Math.pow(768, -0.5)))
          .role(PAD, 0)
          .role(EOS, 1)
          .role(DECODER_START, 0)
          .context(512);

  static final Model MIXTRAL_8X7B =
      causal("mixtral-8x7b", 32_000, 4096)
          .layers(
              32,
              block(rms(1e-5)).attention(gqa(32, 8).rope(1_000_000)).ffn(moe(8, 2, swiglu(14_336))))
          .head(lm())
          .role(BOS, 1)
          .role(EOS, 2)
          .context(32_768);

  static final Model PHI_3_MINI =
      causal("phi-3-mini", 32_064, 3072)
          .layers(
              32, block(rms(1e-5)).attention(mha(32).rope(10_000).window(2047)).ffn(swiglu(8192)))
          .head(lm())
          .role(BOS, 1)
          .role(EOS, 32_000)
          .role(PAD, 32_000)
          .context(4096);

  static final Model GEMMA_2B =
      causal("gemma-2b", 256_000, 2048)
          .embed(tokens -> tokens.scale(Math.sqrt(2048)))
          .layers(
              18,
              block(rms(1e-6).unitOffset())
                  .attention(mqa(8).headDim(256).rope(10_000))
                  .ffn(geglu(16_384)))
          .head(lm().tied())
          .role(BOS, 2)
          .role(EOS, 1)
          .role(PAD, 0)
          .context(8192);

  private static final Heads GEMMA_2 = gqa(8, 4).headDim(256).rope(10_000).softcap(50);

  static final Model GEMMA_2_2B =
      causal("gemma-2-2b", 256_000, 2304)
          .embed(tokens -> tokens.scale(Math.sqrt(2304)))
          .layers(
              26,
              layer ->
                  sandwich(rms(1e-6).unitOffset())
                      .attention(layer % 2 == 0 ? GEMMA_2.window(4096) : GEMMA_2)
                      .ffn(geglu(9216)))
          .head(lm().tied().cap(30))
          .role(BOS, 2)
          .role(EOS, 1)
          .role(PAD, 0)
          .context(8192);

  static final Model QWEN_7B =
      causal("qwen-7b", 151_936, 4096)
          .layers(
              32,
              block(rms(1e-6))
                  .attention(
                      mha(32)
                          .biased(Q, K, V)
                          .position(rope(10_000).scaled(dynamicNtk(1, 8192).inPowersOfTwo()))
                          .logn(8192))
                  .ffn(swiglu(11_008)))
          .head(lm())
          .context(32_768);

  static final Model QWEN_15_MOE =
      causal("qwen1.5-moe", 151_936, 2048)
          .layers(
              24,
              block(rms(1e-6))
                  .attention(mha(16).biased(Q, K, V).rope(1_000_000))
                  .ffn(
                      moe(60, 4, swiglu(1408))
                          .gatedShared(swiglu(5632))
                          .router(softmaxRouter(false, 1))))
          .head(lm())
          .role(BOS, 151_643)
          .role(EOS, 151_643)
          .context(8192);

  static final Model QWEN_3_30B =
      causal("qwen3-30b-a3b", 151_936, 2048)
          .layers(
              48,
              block(rms(1e-6))
                  .attention(gqa(32, 4).headDim(128).rope(1_000_000).qkNorm(rms(1e-6)))
                  .ffn(moe(128, 8, swiglu(768))))
          .head(lm())
          .role(BOS, 151_643)
          .role(EOS, 151_645)
          .context(40_960);

  static final Model DEEPSEEK_V2_LITE =
      deepseekV2(
          "deepseek-v2-lite",
          2048,
          27,
          10_944,
          mla(16, 0, 512, 128, 64, 128),
          moe(64, 6, swiglu(1408)).shared(swiglu(2816)).router(softmaxRouter(false, 1)));

  static final Model DEEPSEEK_V2 =
      deepseekV2(
          "deepseek-v2",
          5120,
          60,
          12_288,
          mla(128, 1536, 512, 128, 64, 128),
          moe(160, 6, swiglu(1536))
              .shared(swiglu(3072))
              .router(groupedRouter(Router.Grouped.Score.SOFTMAX_MAX, 8, 3, 16)));

  private static Model deepseekV2(
      String name, long width, long layers, long hidden, Latent latent, Mixture mixture) {
    Latent rotary = latent.rope(rope(10_000).pairs().scaled(yarn(40, 4096, 0.707, 0.707)));
    return causal(name, 102_400, width)
        .layers(1, block(rms(1e-6)).attention(rotary).ffn(swiglu(hidden)))
        .layers(layers - 1, block(rms(1e-6)).attention(rotary).ffn(mixture))
        .head(lm())
        .role(BOS, 100_000)
        .role(EOS, 100_001)
        .context(163_840);
  }

  private static final Latent LATENT =
      mla(128, 1536, 512, 128, 64, 128).rope(rope(10_000).pairs().scaled(yarn(40, 4096, 1, 1)));

  static final Model DEEPSEEK_V3 =
      causal("deepseek-v3", 129_280, 7168)
          .layers(3, block(rms(1e-6)).attention(LATENT).ffn(swiglu(18_432)))
          .layers(
              58,
              block(rms(1e-6))
                  .attention(LATENT)
                  .ffn(
                      moe(256, 8, swiglu(2048))
                          .shared(swiglu(2048))
                          .router(deepSeekRouter(8, 4, 2.5))))
          .head(lm())
          .head(nextTokens(1))
          .role(BOS, 0)
          .role(EOS, 1)
          .context(163_840);

  static final Model BAICHUAN_2_7B =
      causal("baichuan2-7b", 125_696, 4096)
          .layers(32, block(rms(1e-6)).attention(mha(32).rope(10_000)).ffn(swiglu(11_008)))
          .head(lm().normalised())
          .role(BOS, 1)
          .role(EOS, 2)
          .role(PAD, 0)
          .context(4096);

  static final Model BLOOM_176B =
      causal("bloom", 250_880, 14_336)
          .embed(tokens -> tokens.norm(layerNorm(1e-5)).numbering(Tokens.Numbering.UNPADDED))
          .layers(
              70,
              block(layerNorm(1e-5))
                  .attention(mha(112).biased().position(alibi()))
                  .ffn(mlp(57_344, GELU_TANH).biased()))
          .head(lm().tied())
          .role(BOS, 1)
          .role(EOS, 2)
          .role(PAD, 3)
          .context(2048);

  static final Model GLM_130B =
      prefix("glm-130b", 150_528, 12_288, before(BOS))
          .embed(tokens -> tokens.numbering(Tokens.Numbering.SPAN))
          .layers(
              70,
              glmNorm(layerNorm(1e-5), Math.sqrt(140))
                  .attention(mha(96).biased().rope(10_000))
                  .ffn(gated(32_768, GELU).biased()))
          .head(lm().tied())
          .role(BOS, 150_004)
          .role(EOS, 150_005)
          .role(MASK, 150_000)
          .role(GMASK, 150_001)
          .context(2048);
}
