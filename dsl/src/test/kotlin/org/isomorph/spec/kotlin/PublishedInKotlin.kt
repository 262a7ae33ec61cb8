package org.isomorph.spec.kotlin

import kotlin.math.pow
import kotlin.math.sqrt
import org.isomorph.spec.Activation.GELU
import org.isomorph.spec.Activation.GELU_TANH
import org.isomorph.spec.Activation.QUICK_GELU
import org.isomorph.spec.Activation.RELU
import org.isomorph.spec.Dsl.*
import org.isomorph.spec.KeyValues
import org.isomorph.spec.Mask.BIDIRECTIONAL
import org.isomorph.spec.Mask.CAUSAL
import org.isomorph.spec.Placement
import org.isomorph.spec.Placement.POST
import org.isomorph.spec.Placement.SANDWICH
import org.isomorph.spec.Pooling
import org.isomorph.spec.Role.BOS
import org.isomorph.spec.Role.EOS
import org.isomorph.spec.Rope.Axes.TWO
import org.isomorph.spec.Rope.Pairing.PAIRS
import org.isomorph.spec.Rope.Spacing.INCLUSIVE
import org.isomorph.spec.Tokens.Numbering.SPAN
import org.isomorph.spec.Tokens.Numbering.SPAN_AND_BLOCK
import org.isomorph.spec.Tokens.Numbering.UNPADDED

// snippet: llama3-kotlin
val llama3 =
  causal("llama-3-8b", vocab = 128_256, dim = 4096) {
    layers(32, norm = rms(1e-5)) {
      attention(gqa(32, 8) with rope(theta = 500_000.0))
      ffn(swiglu(14_336))
    }
    heads(lm())
  }

// end

// snippet: mixtral-kotlin
val mixtral =
  causal("mixtral-8x7b", vocab = 32_000, dim = 4096) {
    layers(32, norm = rms(1e-5)) {
      attention(gqa(32, 8) with rope(theta = 1e6))
      ffn(moe(8, 2, swiglu(14_336)))
    }
    heads(lm())
  }

// end

// snippet: gpt2-kotlin
val gpt2 =
  causal("gpt2", vocab = 50_257, dim = 768) {
    embedding { position = learned(1024) }
    layers(12, norm = layerNorm(1e-5)) {
      attention(mha(12).biased())
      ffn(mlp(3072, GELU_TANH).biased())
    }
    heads(lm().tied())
  }

// end

// snippet: bert-kotlin
val bert =
  encoder("bert-base", vocab = 30_522, dim = 768) {
    embedding {
      position = learned(512)
      segments = 2
      norm = layerNorm(1e-12)
    }
    layers(12, norm = layerNorm(1e-12), placement = POST) {
      attention(mha(12).biased())
      ffn(mlp(3072, GELU).biased())
    }
    heads(pooler())
  }

// end

// snippet: t5-kotlin
private val t5Heads = mha(12).headDim(64).scale(1.0)

val t5 =
  seq2seq(
    "t5-base",
    vocab = 32_128,
    dim = 768,
    encoder = {
      layers(12, norm = rms(1e-6)) {
        attention(t5Heads with buckets(32, 128))
        ffn(mlp(3072, RELU))
      }
    },
    decoder = {
      layers(12, norm = rms(1e-6)) {
        attention(t5Heads with buckets(32, 128))
        cross(t5Heads)
        ffn(mlp(3072, RELU))
      }
    },
  ) {
    heads(lm().tied().scale(768.0.pow(-0.5)))
  }

// end

val chatGlm =
  prefix("chatglm-6b", vocab = 130_528, dim = 4096, extent = before(BOS)) {
    embedding { numbering = SPAN_AND_BLOCK }
    layers(28, norm = layerNorm(1e-5), placement = Placement.Glm(sqrt(56.0))) {
      attention(mha(32).biased() with rope(axes = TWO))
      ffn(mlp(16_384, GELU_TANH).biased())
    }
    heads(lm().tied())
    role(BOS, 130_004)
  }

val glm130b =
  prefix("glm-130b", vocab = 150_528, dim = 12_288) {
    embedding { numbering = SPAN }
    layers(70, norm = layerNorm(1e-5), placement = Placement.Glm(sqrt(140.0))) {
      attention(mha(96).biased() with rope())
      ffn(gated(32_768, GELU).biased())
    }
    heads(lm().tied())
  }

val bloom =
  causal("bloom", vocab = 250_880, dim = 14_336) {
    embedding {
      norm = layerNorm(1e-5)
      numbering = UNPADDED
    }
    layers(70, norm = layerNorm(1e-5)) {
      attention(mha(112).biased() with alibi())
      ffn(mlp(57_344, GELU_TANH).biased())
    }
    heads(lm().tied())
  }

// snippet: deepseek-v3-kotlin
val deepSeekV3 =
  causal("deepseek-v3", vocab = 129_280, dim = 7168) {
    val latent =
      mla(128, 1536, 512, 128, 64, 128) with
        rope(pairing = PAIRS, scaling = yarn(factor = 40.0, trained = 4096, 1.0, 1.0))
    layers(3, norm = rms(1e-6)) {
      attention(latent)
      ffn(swiglu(18_432))
    }
    layers(58, norm = rms(1e-6)) {
      attention(latent)
      ffn(moe(256, 8, swiglu(2048)).shared(swiglu(2048)).router(deepSeekRouter(8, 4, 2.5)))
    }
    heads(lm(), nextTokens(1))
  }

// end

// snippet: parallel-kotlin
val palm =
  causal("palm-8b", vocab = 256_000, dim = 4096) {
    layers(32, norm = layerNorm(1e-5).unbiased()) {
      parallelShared(mqa(16).headDim(256) with rope(), swiglu(16_384))
    }
    heads(lm().tied())
  }

// end

// snippet: yoco-kotlin
val yoco =
  model("yoco-3b") {
    val rotary = rope(pairing = PAIRS, spacing = INCLUSIVE)
    tower("self", CAUSAL, 3072, tokens(100_288).scale(sqrt(3072.0))) {
      layers(13, norm = rms(1e-5)) {
        attention(mha(24).window(1024) with rotary)
        ffn(swiglu(8192))
      }
      finalNorm = noNorm()
    }
    tower("cross", CAUSAL, 3072, continues("self")) {
      cache = sharedCache(rms(1e-5), 8, 128) with rotary
      layers(13, norm = rms(1e-5)) {
        attention(gqa(24, 8).from(KeyValues.SHARED_CACHE) with rotary)
        ffn(swiglu(8192))
      }
    }
    heads(lm())
  }

// end

val gemma2 =
  causal("gemma-2-2b", vocab = 256_000, dim = 2304) {
    embedding { scale = sqrt(2304.0) }
    eachLayer(26, norm = rms(1e-6).unitOffset(), placement = SANDWICH) { layer ->
      val all = gqa(8, 4).headDim(256).softcap(50.0) with rope()
      attention(if (layer % 2 == 0L) all.window(4096) else all)
      ffn(geglu(9216))
    }
    heads(lm().tied().cap(30.0))
  }

val opt350m =
  causal("opt-350m", vocab = 50_272, dim = 1024) {
    embedding {
      width = 512
      position = learned(2048).offset(2)
      numbering = UNPADDED
    }
    layers(24, norm = layerNorm(1e-5), placement = POST) {
      attention(mha(16).biased())
      ffn(mlp(4096, RELU).biased())
    }
    heads(lm().tied())
  }

private fun TowerScope.bartInput() = embedding {
  position = learned(1024).offset(2)
  norm = layerNorm(1e-5)
}

val bart =
  seq2seq(
    "bart-base",
    vocab = 50_265,
    dim = 768,
    encoder = {
      bartInput()
      layers(6, norm = layerNorm(1e-5), placement = POST) {
        attention(mha(12).biased())
        ffn(mlp(3072, GELU).biased())
      }
    },
    decoder = {
      bartInput()
      layers(6, norm = layerNorm(1e-5), placement = POST) {
        attention(mha(12).biased())
        cross(mha(12).biased())
        ffn(mlp(3072, GELU).biased())
      }
    },
  ) {
    heads(lm().tied())
  }

// snippet: clip-kotlin
private fun TowerScope.clip(heads: Long, hidden: Long) =
  layers(12, norm = layerNorm(1e-5)) {
    attention(mha(heads).biased())
    ffn(mlp(hidden, QUICK_GELU).biased())
  }

val clip =
  model("clip-vit-b-32") {
    tower("text", CAUSAL, 512, tokens(49_408).position(learned(77))) { clip(8, 2048) }
    tower("vision", BIDIRECTIONAL, 768, patches(224, 32).unbiased().norm(layerNorm(1e-5))) {
      clip(12, 3072)
    }
    heads(project("text", 512, Pooling.EOS), project("vision", 512, Pooling.FIRST), similarity())
    role(EOS, 49_407)
  }

// end

val vit =
  model("vit-b-16") {
    tower("encoder", BIDIRECTIONAL, 768, patches(224, 16)) {
      layers(12, norm = layerNorm(1e-12)) {
        attention(mha(12).biased())
        ffn(mlp(3072, GELU).biased())
      }
    }
    heads(classes(1000, Pooling.FIRST))
  }

/** As [org.isomorph.spec.Published.ALL]. */
val all =
  listOf(
    llama3,
    mixtral,
    gpt2,
    bert,
    t5,
    chatGlm,
    glm130b,
    bloom,
    deepSeekV3,
    palm,
    yoco,
    gemma2,
    opt350m,
    bart,
    clip,
    vit,
  )
