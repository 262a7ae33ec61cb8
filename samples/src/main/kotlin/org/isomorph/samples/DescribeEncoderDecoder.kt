package org.isomorph.samples

import kotlin.math.pow
import org.isomorph.spec.Activation.RELU
import org.isomorph.spec.Dsl.buckets
import org.isomorph.spec.Dsl.lm
import org.isomorph.spec.Dsl.mha
import org.isomorph.spec.Dsl.mlp
import org.isomorph.spec.Dsl.rms
import org.isomorph.spec.kotlin.seq2seq
import org.isomorph.spec.kotlin.with

// T5's scores are not divided by the square root of the head dimension.
private val plain = mha(12).headDim(64).scale(1.0)

val t5 =
  seq2seq(
    "t5-base",
    vocab = 32_128,
    dim = 768,
    encoder = {
      layers(12, norm = rms(1e-6)) {
        attention(plain with buckets(32, 128))
        ffn(mlp(3072, RELU))
      }
    },
    decoder = {
      layers(12, norm = rms(1e-6)) {
        attention(plain with buckets(32, 128))
        cross(plain)
        ffn(mlp(3072, RELU))
      }
    },
  ) {
    heads(lm().tied().scale(768.0.pow(-0.5)))
  }

fun main() {
  for (tower in t5.towers()) println("${tower.name()}: ${tower.depth()} layers, ${tower.mask()}")
  println("the same value as in Java: ${t5 == DescribeEncoderDecoder.t5()}")
}
