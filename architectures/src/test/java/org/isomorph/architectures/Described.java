package org.isomorph.architectures;

import static org.isomorph.spec.Activation.GELU;
import static org.isomorph.spec.Activation.GELU_TANH;
import static org.isomorph.spec.Activation.QUICK_GELU;
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

import java.util.function.UnaryOperator;
import org.isomorph.spec.Block;
import org.isomorph.spec.Dense;
import org.isomorph.spec.FeedForward;
import org.isomorph.spec.Heads;
import org.isomorph.spec.Latent;
import org.isomorph.spec.Mask;
import org.isomorph.spec.Mixture;
import org.isomorph.spec.Model;
import org.isomorph.spec.Patches;
import org.isomorph.spec.Pooling;
import org.isomorph.spec.Router;
import org.isomorph.spec.Tokens;
import org.isomorph.spec.Tower;

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

  static final Model FALCON_7B =
      causal("falcon-7b", 65_024, 4544)
          .layers(
              32, block(layerNorm(1e-5)).parallelShared(mqa(71).rope(10_000), mlp(18_176, GELU)))
          .head(lm().tied())
          .role(BOS, 11)
          .role(EOS, 11)
          .context(2048);

  static final Model FALCON_40B =
      causal("falcon-40b", 65_024, 8192)
          .layers(60, block(layerNorm(1e-5)).parallel(gqa(128, 8).rope(10_000), mlp(32_768, GELU)))
          .head(lm().tied())
          .role(BOS, 11)
          .role(EOS, 11)
          .context(2048);

  static final Model FALCON_RW_1B =
      causal("falcon-rw-1b", 50_304, 2048)
          .embed(tokens -> tokens.numbering(Tokens.Numbering.UNPADDED))
          .layers(
              24,
              block(layerNorm(1e-5))
                  .attention(mha(32).biased().position(alibi().scale(0.125)))
                  .ffn(mlp(8192, GELU).biased()))
          .head(lm().tied())
          .role(BOS, 1)
          .role(EOS, 2)
          .context(2048);

  static final Model PALM_8B = palm("palm-8b", 32, 4096, 16);

  static final Model PALM_540B = palm("palm-540b", 118, 18_432, 48);

  private static Model palm(String name, long layers, long dim, long heads) {
    return causal(name, 256_000, dim)
        .layers(
            layers,
            block(layerNorm(1e-5).unbiased())
                .parallelShared(mqa(heads).headDim(256).rope(10_000), swiglu(4 * dim)))
        .head(lm().tied());
  }

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

  static final Model CHATGLM_6B =
      prefix("chatglm-6b", 130_528, 4096, before(BOS))
          .embed(tokens -> tokens.numbering(Tokens.Numbering.SPAN_AND_BLOCK))
          .layers(
              28,
              glmNorm(layerNorm(1e-5), Math.sqrt(56))
                  .attention(mha(32).biased().position(rope(10_000).twoAxes()))
                  .ffn(mlp(16_384, GELU_TANH).biased()))
          .head(lm().tied())
          .role(BOS, 130_004)
          .role(EOS, 130_005)
          .role(PAD, 3)
          .role(MASK, 130_000)
          .role(GMASK, 130_001)
          .context(2048);

  static final Model CHATGLM_3_6B =
      causal("chatglm3-6b", 65_024, 4096)
          .layers(28, block(rms(1e-5)).attention(glm(10_000)).ffn(swiglu(13_696)))
          .head(lm())
          .role(EOS, 2)
          .role(PAD, 0)
          .context(8192);

  static final Model GLM_4_9B =
      causal("glm-4-9b", 151_552, 4096)
          .layers(40, block(rms(1.5625e-7)).attention(glm(5_000_000)).ffn(swiglu(13_696)))
          .head(lm())
          .role(EOS, 151_329, 151_336, 151_338)
          .role(PAD, 151_329)
          .context(131_072);

  static final Model GLM_4_9B_0414 =
      causal("glm-4-9b-0414", 151_552, 4096)
          .layers(40, sandwich(rms(1e-5)).attention(glm(10_000)).ffn(swiglu(13_696)))
          .head(lm())
          .role(EOS, 151_329, 151_336, 151_338)
          .role(PAD, 151_329)
          .context(32_768);

  private static Heads glm(double theta) {
    return gqa(32, 2).biased(Q, K, V).position(rope(theta).dim(64).pairs());
  }

  static final Model GPT_NEOX_20B =
      causal("gpt-neox-20b", 50_432, 6144)
          .layers(
              44,
              block(layerNorm(1e-5))
                  .parallel(
                      mha(64).biased().position(rope(10_000).dim(24)),
                      mlp(24_576, GELU_TANH).biased()))
          .head(lm())
          .role(BOS, 0)
          .role(EOS, 0)
          .context(2048);

  static final Model GPT_1 =
      causal("gpt1", 40_478, 768)
          .embed(tokens -> tokens.position(learned(512)))
          .layers(
              12,
              postNorm(layerNorm(1e-5))
                  .attention(mha(12).biased())
                  .ffn(mlp(3072, GELU_TANH).biased()))
          .head(lm().tied())
          .context(512);

  static final Model OPT_125M =
      opt("opt-125m", 768)
          .layers(
              12, block(layerNorm(1e-5)).attention(mha(12).biased()).ffn(mlp(3072, RELU).biased()));

  static final Model OPT_350M =
      opt("opt-350m", 1024)
          .embed(tokens -> tokens.width(512))
          .layers(
              24,
              postNorm(layerNorm(1e-5)).attention(mha(16).biased()).ffn(mlp(4096, RELU).biased()));

  private static Model opt(String name, long width) {
    return causal(name, 50_272, width)
        .embed(
            tokens -> tokens.position(learned(2048).offset(2)).numbering(Tokens.Numbering.UNPADDED))
        .head(lm().tied())
        .role(BOS, 2)
        .role(EOS, 2)
        .role(PAD, 1)
        .context(2048);
  }

  static final Model ROBERTA_BASE =
      encoder("roberta-base", 50_265, 768)
          .embed(tokens ->
              tokens
                  .position(learned(512).offset(2))
                  .numbering(Tokens.Numbering.UNPADDED)
                  .segments(1)
                  .norm(layerNorm(1e-5)))
          .layers(
              12,
              postNorm(layerNorm(1e-5)).attention(mha(12).biased()).ffn(mlp(3072, GELU).biased()))
          .head(mlm(layerNorm(1e-5)))
          .role(BOS, 0)
          .role(EOS, 2)
          .role(PAD, 1)
          .context(512);

  private static final Heads BART_HEADS = mha(16).biased();

  private static final UnaryOperator<Tokens> BART_INPUT =
      tokens -> tokens.position(learned(1024).offset(2)).norm(layerNorm(1e-5));

  static final Model BART_LARGE_CNN =
      seq2seq(
              "bart-large-cnn",
              50_264,
              1024,
              encoder ->
                  encoder
                      .embed(BART_INPUT)
                      .layers(
                          12,
                          postNorm(layerNorm(1e-5))
                              .attention(BART_HEADS)
                              .ffn(mlp(4096, GELU).biased())),
              decoder ->
                  decoder
                      .embed(BART_INPUT)
                      .layers(
                          12,
                          postNorm(layerNorm(1e-5))
                              .attention(BART_HEADS)
                              .cross(BART_HEADS)
                              .ffn(mlp(4096, GELU).biased())))
          .head(lm().tied().biased())
          .role(BOS, 0)
          .role(EOS, 2)
          .role(PAD, 1)
          .role(DECODER_START, 2)
          .context(1024);

  /** Every second layer is sparse. */
  private static FeedForward switchFfn(long layer) {
    Dense dense = mlp(3072, RELU);
    return layer % 2 == 0 ? dense : moe(8, 1, dense).router(switchRouter(64));
  }

  static final Model SWITCH_BASE_8 =
      seq2seq(
              "switch-base-8",
              32_128,
              768,
              encoder ->
                  encoder.layers(
                      12, layer -> block(rms(1e-6)).attention(T5_SELF).ffn(switchFfn(layer))),
              decoder ->
                  decoder.layers(
                      12,
                      layer ->
                          block(rms(1e-6))
                              .attention(T5_SELF)
                              .cross(T5_CROSS)
                              .ffn(switchFfn(layer))))
          .head(lm().tied().scale(Math.pow(768, -0.5)))
          .role(PAD, 0)
          .role(EOS, 1)
          .role(DECODER_START, 0)
          .context(512);

  static final Model VIT_BASE =
      model(
              "vit-base",
              tower("encoder", Mask.BIDIRECTIONAL, 768, patches(224, 16))
                  .layers(
                      12,
                      block(layerNorm(1e-12))
                          .attention(mha(12).biased())
                          .ffn(mlp(3072, GELU).biased())))
          .head(classes(1000, Pooling.FIRST));

  static final Model CLIP_BASE =
      clip("clip-base", 512, 8, tower("vision", Mask.BIDIRECTIONAL, 768, clipPatches(32)), 12, 12);

  static final Model CLIP_LARGE =
      clip(
          "clip-large",
          768,
          12,
          tower("vision", Mask.BIDIRECTIONAL, 1024, clipPatches(14)),
          24,
          16);

  private static Patches clipPatches(long patch) {
    return patches(224, patch).unbiased().norm(layerNorm(1e-5));
  }

  private static Model clip(
      String name, long width, long heads, Tower vision, long visionLayers, long visionHeads) {
    return model(
            name,
            tower("text", Mask.CAUSAL, width, tokens(49_408).position(learned(77)))
                .layers(12, clipBlock(heads, width)),
            vision.layers(visionLayers, clipBlock(visionHeads, vision.dim())))
        .head(project("text", width, Pooling.GREATEST_ID))
        .head(project("vision", width, Pooling.FIRST))
        .head(similarity())
        .role(BOS, 0)
        .role(EOS, 2)
        .role(PAD, 1)
        .context(77);
  }

  private static Block clipBlock(long heads, long width) {
    return block(layerNorm(1e-5))
        .attention(mha(heads).biased())
        .ffn(mlp(4 * width, QUICK_GELU).biased());
  }
}
