package org.isomorph.spec;

import static org.isomorph.spec.Activation.GELU;
import static org.isomorph.spec.Activation.GELU_TANH;
import static org.isomorph.spec.Activation.QUICK_GELU;
import static org.isomorph.spec.Activation.RELU;
import static org.isomorph.spec.Dsl.*;
import static org.isomorph.spec.Mask.BIDIRECTIONAL;
import static org.isomorph.spec.Mask.CAUSAL;
import static org.isomorph.spec.Projection.K;
import static org.isomorph.spec.Projection.Q;
import static org.isomorph.spec.Projection.V;
import static org.isomorph.spec.Role.BOS;
import static org.isomorph.spec.Role.EOS;

import java.util.List;

/** Published models, each as a person would describe it. */
public final class Published {
  private Published() {}

  // snippet: llama3
  public static final Model LLAMA3_8B =
      causal("llama-3-8b", 128_256, 4096)
          .layers(32, block(rms(1e-5)).attention(gqa(32, 8).rope(500_000)).ffn(swiglu(14_336)))
          .head(lm());
  // end

  public static final Model LLAMA3_70B =
      causal("llama-3-70b", 128_256, 8192)
          .layers(80, block(rms(1e-5)).attention(gqa(64, 8).rope(500_000)).ffn(swiglu(28_672)))
          .head(lm());

  public static final Model LLAMA2_7B =
      causal("llama-2-7b", 32_000, 4096)
          .layers(32, block(rms(1e-5)).attention(mha(32).rope(10_000)).ffn(swiglu(11_008)))
          .head(lm())
          .context(4096);

  public static final Model MISTRAL_7B =
      causal("mistral-7b", 32_000, 4096)
          .layers(
              32,
              block(rms(1e-5)).attention(gqa(32, 8).rope(10_000).window(4096)).ffn(swiglu(14_336)))
          .head(lm());

  // snippet: mixtral
  public static final Model MIXTRAL_8X7B =
      causal("mixtral-8x7b", 32_000, 4096)
          .layers(
              32, block(rms(1e-5)).attention(gqa(32, 8).rope(1e6)).ffn(moe(8, 2, swiglu(14_336))))
          .head(lm());
  // end

  public static final Model QWEN25_05B =
      causal("qwen2.5-0.5b", 151_936, 896)
          .layers(
              24,
              block(rms(1e-6)).attention(gqa(14, 2).biased(Q, K, V).rope(1e6)).ffn(swiglu(4864)))
          .head(lm().tied());

  public static final Model QWEN2_7B =
      causal("qwen2-7b", 152_064, 3584)
          .layers(
              28,
              block(rms(1e-6)).attention(gqa(28, 4).biased(Q, K, V).rope(1e6)).ffn(swiglu(18_944)))
          .head(lm());

  public static final Model BAICHUAN2_7B =
      causal("baichuan2-7b", 125_696, 4096)
          .layers(32, block(rms(1e-6)).attention(mha(32).rope(10_000)).ffn(swiglu(11_008)))
          .head(lm().normalised());

  // snippet: gpt2
  public static final Model GPT2 =
      causal("gpt2", 50_257, 768)
          .embed(tokens -> tokens.position(learned(1024)))
          .layers(
              12,
              block(layerNorm(1e-5)).attention(mha(12).biased()).ffn(mlp(3072, GELU_TANH).biased()))
          .head(lm().tied());
  // end

  // snippet: bert
  public static final Model BERT_BASE =
      encoder("bert-base", 30_522, 768)
          .embed(tokens -> tokens.position(learned(512)).segments(2).norm(layerNorm(1e-12)))
          .layers(
              12,
              postNorm(layerNorm(1e-12)).attention(mha(12).biased()).ffn(mlp(3072, GELU).biased()))
          .head(pooler());
  // end

  // snippet: t5
  private static final Heads T5_HEADS = mha(12).headDim(64).scale(1);

  public static final Model T5_BASE =
      seq2seq(
              "t5-base",
              32_128,
              768,
              encoder ->
                  encoder.layers(
                      12,
                      block(rms(1e-6))
                          .attention(T5_HEADS.position(buckets(32, 128)))
                          .ffn(mlp(3072, RELU))),
              decoder ->
                  decoder.layers(
                      12,
                      block(rms(1e-6))
                          .attention(T5_HEADS.position(buckets(32, 128)))
                          .cross(T5_HEADS)
                          .ffn(mlp(3072, RELU))))
          .head(lm().tied().scale(Math.pow(768, -0.5)));
  // end

  public static final Model CHATGLM_6B =
      prefix("chatglm-6b", 130_528, 4096, before(BOS))
          .embed(tokens -> tokens.numbering(Tokens.Numbering.SPAN_AND_BLOCK))
          .layers(
              28,
              glmNorm(layerNorm(1e-5), Math.sqrt(56))
                  .attention(mha(32).biased().position(rope(10_000).twoAxes()))
                  .ffn(mlp(16_384, GELU_TANH).biased()))
          .head(lm().tied())
          .role(BOS, 130_004);

  public static final Model GLM_130B =
      prefix("glm-130b", 150_528, 12_288, Mask.Extent.Given.GIVEN)
          .embed(tokens -> tokens.numbering(Tokens.Numbering.SPAN))
          .layers(
              70,
              glmNorm(layerNorm(1e-5), Math.sqrt(140))
                  .attention(mha(96).biased().rope(10_000))
                  .ffn(gated(32_768, GELU).biased()))
          .head(lm().tied());

  public static final Model BLOOM_176B =
      causal("bloom", 250_880, 14_336)
          .embed(tokens -> tokens.norm(layerNorm(1e-5)).numbering(Tokens.Numbering.UNPADDED))
          .layers(
              70,
              block(layerNorm(1e-5))
                  .attention(mha(112).biased().position(alibi()))
                  .ffn(mlp(57_344, GELU_TANH).biased()))
          .head(lm().tied());

  // snippet: deepseek-v3
  private static final Latent LATENT =
      mla(128, 1536, 512, 128, 64, 128).rope(rope(10_000).pairs().scaled(yarn(40, 4096, 1, 1)));

  public static final Model DEEPSEEK_V3 =
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
          .head(nextTokens(1));
  // end

  // snippet: parallel
  public static final Model PALM_8B =
      causal("palm-8b", 256_000, 4096)
          .layers(
              32,
              block(layerNorm(1e-5).unbiased())
                  .parallelShared(mqa(16).headDim(256).rope(10_000), swiglu(16_384)))
          .head(lm().tied());
  // end

  // snippet: yoco
  public static final Model YOCO_3B =
      model(
              "yoco-3b",
              tower("self", CAUSAL, 3072, tokens(100_288).scale(Math.sqrt(3072)))
                  .layers(
                      13,
                      block(rms(1e-5))
                          .attention(
                              mha(24).window(1024).position(rope(10_000).pairs().inclusive()))
                          .ffn(swiglu(8192)))
                  .finalNorm(noNorm()),
              tower("cross", CAUSAL, 3072, continues("self"))
                  .cache(sharedCache(rms(1e-5), 8, 128).position(rope(10_000).pairs().inclusive()))
                  .layers(
                      13,
                      block(rms(1e-5))
                          .attention(
                              gqa(24, 8)
                                  .position(rope(10_000).pairs().inclusive())
                                  .from(KeyValues.SHARED_CACHE))
                          .ffn(swiglu(8192))))
          .head(lm());
  // end

  public static final Model GEMMA2_2B =
      causal("gemma-2-2b", 256_000, 2304)
          .embed(tokens -> tokens.scale(Math.sqrt(2304)))
          .layers(26, Published::gemma2)
          .head(lm().tied().cap(30));

  private static Block gemma2(long layer) {
    Heads heads = gqa(8, 4).headDim(256).rope(10_000).softcap(50);
    return sandwich(rms(1e-6).unitOffset())
        .attention(layer % 2 == 0 ? heads.window(4096) : heads)
        .ffn(geglu(9216));
  }

  public static final Model OPT_350M =
      causal("opt-350m", 50_272, 1024)
          .embed(tokens ->
              tokens
                  .width(512)
                  .position(learned(2048).offset(2))
                  .numbering(Tokens.Numbering.UNPADDED))
          .layers(
              24,
              postNorm(layerNorm(1e-5)).attention(mha(16).biased()).ffn(mlp(4096, RELU).biased()))
          .head(lm().tied());

  private static final Heads BART_HEADS = mha(12).biased();
  private static final Frame BART_FRAME = postNorm(layerNorm(1e-5));
  private static final FeedForward BART_FFN = mlp(3072, GELU).biased();

  public static final Model BART_BASE =
      seq2seq(
              "bart-base",
              50_265,
              768,
              encoder ->
                  encoder
                      .embed(Published::bart)
                      .layers(6, BART_FRAME.attention(BART_HEADS).ffn(BART_FFN)),
              decoder ->
                  decoder
                      .embed(Published::bart)
                      .layers(6, BART_FRAME.attention(BART_HEADS).cross(BART_HEADS).ffn(BART_FFN)))
          .head(lm().tied());

  private static Tokens bart(Tokens tokens) {
    return tokens.position(learned(1024).offset(2)).norm(layerNorm(1e-5));
  }

  // snippet: clip
  public static final Model CLIP_B32 =
      model(
              "clip-vit-b-32",
              tower("text", CAUSAL, 512, tokens(49_408).position(learned(77)))
                  .layers(12, clip(8, 2048)),
              tower("vision", BIDIRECTIONAL, 768, patches(224, 32).unbiased().norm(layerNorm(1e-5)))
                  .layers(12, clip(12, 3072)))
          .head(project("text", 512, Pooling.EOS))
          .head(project("vision", 512, Pooling.FIRST))
          .head(similarity())
          .role(EOS, 49_407);

  private static Block clip(long heads, long hidden) {
    return block(layerNorm(1e-5))
        .attention(mha(heads).biased())
        .ffn(mlp(hidden, QUICK_GELU).biased());
  }

  // end

  public static final Model VIT_B16 =
      model(
              "vit-b-16",
              tower("encoder", BIDIRECTIONAL, 768, patches(224, 16))
                  .layers(
                      12,
                      block(layerNorm(1e-12))
                          .attention(mha(12).biased())
                          .ffn(mlp(3072, GELU).biased())))
          .head(classes(1000, Pooling.FIRST));

  /** Those that are described in Kotlin too. */
  public static final List<Model> ALL =
      List.of(
          LLAMA3_8B,
          MIXTRAL_8X7B,
          GPT2,
          BERT_BASE,
          T5_BASE,
          CHATGLM_6B,
          GLM_130B,
          BLOOM_176B,
          DEEPSEEK_V3,
          PALM_8B,
          YOCO_3B,
          GEMMA2_2B,
          OPT_350M,
          BART_BASE,
          CLIP_B32,
          VIT_B16);
}
