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
import static org.isomorph.spec.Tokens.Numbering.SPAN;
import static org.isomorph.spec.Tokens.Numbering.SPAN_AND_BLOCK;
import static org.isomorph.spec.Tokens.Numbering.UNPADDED;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A small model of each family, with the number of distinct elements that the family's own
 * implementation writes for it: tied tables once, buffers not at all.
 */
public final class TinyModels {
  private TinyModels() {}

  /** A model and its elements. */
  public record Tiny(Model model, long elements) {
    @Override
    public String toString() {
      return model.name();
    }
  }

  private static final List<Tiny> ALL = new ArrayList<>();

  /** All of them. */
  public static List<Tiny> all() {
    return List.copyOf(ALL);
  }

  private static final Block LLAMA =
      block(rms(1e-6)).attention(gqa(4, 2).rope(10_000)).ffn(swiglu(48));
  private static final Heads BIASED = gqa(4, 2).biased(Q, K, V).rope(10_000);

  private static void add(long elements, Model model) {
    ALL.add(new Tiny(model, elements));
  }

  private static Model three(String name, Block block, Head... heads) {
    return causal(name, 99, 32).layers(3, block).heads(List.of(heads));
  }

  static {
    add(29_600, three("llama", LLAMA, lm()));
    add(
        26_432,
        three(
            "llama3-rope",
            block(rms(1e-6))
                .attention(gqa(4, 2).position(rope(10_000).scaled(llama3(8, 1, 4, 16))))
                .ffn(swiglu(48)),
            lm().tied()));
    add(26_464, three("reward-llama", LLAMA, reward()));
    add(
        29_600,
        three(
            "mistral",
            block(rms(1e-6)).attention(gqa(4, 2).rope(10_000).window(4)).ffn(swiglu(48)),
            lm()));
    add(
        29_600,
        three("phi3", block(rms(1e-5)).attention(gqa(4, 2).rope(10_000)).ffn(swiglu(48)), lm()));
    add(
        71_456,
        three(
            "mixtral",
            block(rms(1e-5)).attention(gqa(4, 2).rope(1e6)).ffn(moe(4, 2, swiglu(48))),
            lm()));
    add(29_792, three("qwen2", block(rms(1e-6)).attention(BIASED).ffn(swiglu(48)), lm()));
    add(
        41_792,
        three(
            "qwen2-moe",
            block(rms(1e-6))
                .attention(BIASED)
                .ffn(moe(4, 2, swiglu(16)).gatedShared(swiglu(24)).router(softmaxRouter(false, 1))),
            lm()));
    Heads qwen3 = gqa(4, 2).headDim(16).rope(10_000).qkNorm(rms(1e-6));
    add(38_912, three("qwen3", block(rms(1e-6)).attention(qwen3).ffn(swiglu(48)), lm()));
    add(
        43_904,
        three("qwen3-moe", block(rms(1e-6)).attention(qwen3).ffn(moe(4, 2, swiglu(16))), lm()));
    Heads qwen1 = mha(4).biased(Q, K, V);
    for (int trained : new int[] {64, 4})
      add(
          21_856,
          causal("qwen1" + (trained == 64 ? "" : "-long"), 64, 32)
              .layers(
                  2,
                  block(rms(1e-6))
                      .attention(
                          qwen1
                              .position(rope(10_000).scaled(dynamicNtk(1, trained).inPowersOfTwo()))
                              .logn(trained))
                      .ffn(swiglu(48)))
              .head(lm()));
    for (String name : List.of("baichuan1-7b", "baichuan1-13b", "baichuan2-7b", "baichuan2-13b"))
      add(
          29_640,
          causal(name, 64, 40)
              .layers(
                  2,
                  block(rms(1e-6))
                      .attention(mha(5).position(name.endsWith("13b") ? alibi() : rope(10_000)))
                      .ffn(swiglu(48)))
              .head(lm().normalised(name.startsWith("baichuan2"))));
    for (int theta : new int[] {10_000, 500_000})
      add(
          19_744,
          causal("chatglm" + (theta == 10_000 ? "2-6b" : "3-6b"), 64, 32)
              .layers(
                  2,
                  block(rms(1e-5))
                      .attention(gqa(4, 2).biased(Q, K, V).position(rope(theta).dim(4).pairs()))
                      .ffn(swiglu(48)))
              .head(lm()));
    Heads glm = gqa(4, 2).biased(Q, K, V).position(rope(10_000).dim(4).pairs());
    add(29_792, three("glm", block(rms(1.5625e-7)).attention(glm).ffn(swiglu(48)), lm()));
    add(29_984, three("glm4", sandwich(rms(1.5625e-7)).attention(glm).ffn(swiglu(48)), lm()));
    add(
        31_840,
        prefix("chatglm-6b", 96, 32, before(Role.BOS))
            .embed(tokens -> tokens.numbering(SPAN_AND_BLOCK))
            .layers(
                3,
                glmNorm(layerNorm(1e-5), Math.sqrt(56))
                    .attention(mha(4).biased().position(rope(10_000).twoAxes()))
                    .ffn(mlp(64, GELU_TANH).biased()))
            .head(lm()));
    add(
        30_400,
        prefix("glm130b", 96, 32, before(Role.BOS))
            .embed(tokens -> tokens.numbering(SPAN))
            .layers(
                3,
                glmNorm(layerNorm(1e-5), Math.sqrt(6))
                    .attention(mha(4).biased().rope(10_000))
                    .ffn(gated(48, GELU).biased()))
            .head(lm().tied()));
    Block gemma = block(rms(1e-6).unitOffset()).attention(gqa(4, 2).rope(10_000)).ffn(geglu(48));
    UnaryOperator<Tokens> scaled = tokens -> tokens.scale(Math.sqrt(32));
    add(26_432, three("gemma", gemma, lm().tied()).embed(scaled));
    Heads gemma2 = gqa(4, 2).rope(10_000).softcap(50).scale(0.25);
    add(
        26_624,
        causal("gemma2", 99, 32)
            .embed(scaled)
            .layers(
                3,
                layer ->
                    sandwich(rms(1e-6).unitOffset())
                        .attention(layer % 2 == 0 ? gemma2.window(4) : gemma2)
                        .ffn(geglu(48)))
            .head(lm().tied().cap(30)));
    Latent latent = mla(4, 16, 12, 8, 4, 6);
    add(
        36_564,
        causal("deepseek-v2", 99, 32)
            .layers(1, block(rms(1e-6)).attention(latent).ffn(swiglu(48)))
            .layers(
                2,
                block(rms(1e-6))
                    .attention(latent)
                    .ffn(moe(4, 2, swiglu(16)).shared(swiglu(16)).router(softmaxRouter(false, 1))))
            .head(lm()));
    Latent yarn = latent.rope(rope(10_000).pairs().scaled(yarn(4, 16, 1, 0.707)));
    add(
        49_124,
        causal("deepseek-v3", 99, 32)
            .layers(1, block(rms(1e-6)).attention(yarn).ffn(swiglu(48)))
            .layers(
                2,
                block(rms(1e-6))
                    .attention(yarn)
                    .ffn(
                        moe(8, 2, swiglu(16)).shared(swiglu(16)).router(deepSeekRouter(4, 2, 2.5))))
            .head(lm()));
    others();
    encoders();
    towers();
  }

  private static void others() {
    Block gpt = block(layerNorm(1e-5)).attention(mha(4).biased()).ffn(mlp(128, GELU_TANH).biased());
    add(43_392, three("gpt2", gpt, lm().tied()).embed(tokens -> tokens.position(learned(64))));
    add(
        43_328,
        three(
                "gpt1",
                postNorm(layerNorm(1e-5))
                    .attention(mha(4).biased())
                    .ffn(mlp(128, GELU_TANH).biased()),
                lm().tied())
            .embed(tokens -> tokens.position(learned(64))));
    add(
        27_856,
        three(
                "opt",
                block(layerNorm(1e-5)).attention(mha(4).biased()).ffn(mlp(48, RELU).biased()),
                lm().tied())
            .embed(tokens -> tokens.position(learned(64).offset(2)).numbering(UNPADDED)));
    add(
        41_408,
        three(
                "bloom",
                block(layerNorm(1e-5))
                    .attention(mha(4).biased().position(alibi()))
                    .ffn(mlp(128, GELU_TANH).biased()),
                lm().tied())
            .embed(tokens -> tokens.norm(layerNorm(1e-5)).numbering(UNPADDED)));
    add(
        28_912,
        three(
            "gpt-neox",
            block(layerNorm(1e-5))
                .parallel(mha(4).biased().position(rope(10_000).dim(2)), mlp(48, GELU).biased()),
            lm()));
    add(
        35_680,
        three(
            "falcon-mqa",
            block(layerNorm(1e-5)).parallelShared(mqa(4).rope(10_000), mlp(128, GELU)),
            lm().tied()));
    add(
        31_264,
        three(
            "falcon-new",
            block(layerNorm(1e-5)).parallel(gqa(4, 2).rope(10_000), mlp(96, GELU)),
            lm().tied()));
    add(
        41_344,
        three(
                "falcon-rw",
                block(layerNorm(1e-5))
                    .attention(mha(4).biased().position(alibi().scale(1 / Math.sqrt(8))))
                    .ffn(mlp(128, GELU).biased()),
                lm().tied())
            .embed(tokens -> tokens.numbering(UNPADDED)));
    add(
        31_840,
        causal("palm", 64, 32)
            .layers(
                2,
                block(layerNorm(1e-5).unbiased())
                    .parallelShared(mqa(4).headDim(8).rope(10_000), swiglu(128)))
            .head(lm().tied()));
    Heads sink = mha(4).scale(1).sink(constant(0)).position(buckets(32, 128).perLayer());
    add(
        53_280,
        causal("glam", 64, 32)
            .layers(
                4,
                layer ->
                    block(rms(1e-6))
                        .attention(sink)
                        .ffn(layer % 2 == 0 ? moe(4, 2, mlp(48, RELU)) : geglu(48)))
            .head(lm().tied().scale(Math.pow(32, -0.5))));
  }

  private static void encoders() {
    Block bert = postNorm(layerNorm(1e-12)).attention(mha(4).biased()).ffn(mlp(48, GELU).biased());
    add(
        30_197,
        encoder("bert", 99, 32)
            .embed(tokens -> tokens.position(learned(64)).segments(2).norm(layerNorm(1e-12)))
            .layers(3, bert)
            .heads(List.of(pooler(), mlm(layerNorm(1e-12)), nextSentence())));
    add(
        29_043,
        encoder("roberta", 99, 32)
            .embed(tokens ->
                tokens
                    .position(learned(62).offset(2))
                    .numbering(UNPADDED)
                    .segments(1)
                    .norm(layerNorm(1e-12)))
            .layers(3, bert)
            .head(mlm(layerNorm(1e-12))));
    add(
        24_951,
        model(
                "vit",
                tower("encoder", BIDIRECTIONAL, 32, patches(16, 4))
                    .layers(
                        3,
                        block(layerNorm(1e-12))
                            .attention(mha(4).biased())
                            .ffn(mlp(48, GELU).biased())))
            .head(classes(7, Pooling.FIRST)));
    Block clip =
        block(layerNorm(1e-5)).attention(mha(4).biased()).ffn(mlp(48, QUICK_GELU).biased());
    add(
        38_049,
        model(
                "clip",
                tower("text", CAUSAL, 32, tokens(99).position(learned(32))).layers(2, clip),
                tower("vision", BIDIRECTIONAL, 32, patches(16, 4).unbiased().norm(layerNorm(1e-5)))
                    .layers(2, clip))
            .heads(
                List.of(
                    project("text", 24, Pooling.EOS),
                    project("vision", 24, Pooling.FIRST),
                    similarity())));
  }

  private static void towers() {
    t5(59_072, "t5", mlp(48, RELU), mlp(48, RELU), lm().tied().scale(Math.pow(32, -0.5)));
    t5(68_288, "flan-t5", gated(48, GELU_TANH), gated(48, GELU_TANH), lm().tied());
    Mixture mixture = moe(4, 1, mlp(48, RELU)).router(switchRouter(64));
    t5(77_760, "switch", mlp(48, RELU), mixture, lm().tied().scale(Math.pow(32, -0.5)));

    Heads heads = mha(4).biased();
    FeedForward mlp = mlp(48, GELU).biased();
    Frame post = postNorm(layerNorm(1e-5));
    UnaryOperator<Tokens> input =
        tokens -> tokens.position(learned(64).offset(2)).norm(layerNorm(1e-5));
    add(
        46_211,
        seq2seq(
                "bart",
                99,
                32,
                encoder -> encoder.embed(input).layers(2, post.attention(heads).ffn(mlp)),
                decoder ->
                    decoder.embed(input).layers(2, post.attention(heads).cross(heads).ffn(mlp)))
            .head(lm().tied().biased()));

    Rope rotary = rope(10_000).pairs().inclusive();
    yoco(
        38_464,
        "yoco",
        block(rms(1e-5)).retention(retention(4, rms(1e-5).plain()).position(rotary)));
    yoco(36_160, "yoco-swa", block(rms(1e-5)).attention(mha(4).window(3).position(rotary)));
  }

  /** Three layers a side, the second with the other feed-forward layer. */
  private static void t5(
      long elements, String name, FeedForward usual, FeedForward second, Head head) {
    Heads plain = mha(4).scale(1);
    Heads self = plain.position(buckets(8, 20));
    add(
        elements,
        seq2seq(
                name,
                99,
                32,
                encoder ->
                    encoder.layers(
                        3,
                        layer -> block(rms(1e-6)).attention(self).ffn(layer == 1 ? second : usual)),
                decoder ->
                    decoder.layers(
                        3,
                        layer ->
                            block(rms(1e-6))
                                .attention(self)
                                .cross(plain)
                                .ffn(layer == 1 ? second : usual)))
            .head(head));
  }

  private static void yoco(long elements, String name, Block first) {
    Rope rotary = rope(10_000).pairs().inclusive();
    add(
        elements,
        model(
                name,
                tower("self", CAUSAL, 32, tokens(64).scale(Math.sqrt(32)))
                    .layers(2, first.ffn(swiglu(48)))
                    .finalNorm(noNorm()),
                tower("cross", CAUSAL, 32, continues("self"))
                    .cache(sharedCache(rms(1e-5), 2, 8).position(rotary))
                    .layers(
                        2,
                        block(rms(1e-5))
                            .attention(gqa(4, 2).position(rotary).from(KeyValues.SHARED_CACHE))
                            .ffn(swiglu(48))))
            .head(lm()));
  }
}
