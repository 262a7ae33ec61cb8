package org.isomorph.samples

import org.isomorph.spec.Dsl.gqa
import org.isomorph.spec.Dsl.lm
import org.isomorph.spec.Dsl.rms
import org.isomorph.spec.Dsl.swiglu
import org.isomorph.spec.Estimates
import org.isomorph.spec.kotlin.causal
import org.isomorph.spec.kotlin.rope
import org.isomorph.spec.kotlin.with

// snippet: describe in Kotlin
val llama3 =
  causal("llama-3-8b", vocab = 128_256, dim = 4096) {
    layers(32, norm = rms(1e-5)) {
      attention(gqa(32, 8) with rope(theta = 500_000.0))
      ffn(swiglu(14_336))
    }
    heads(lm())
  }

// end

fun main() {
  println("%,d parameters".format(Estimates.of(llama3).parameters()))
  println("the same value as in Java: ${llama3 == DescribeAModel.llama3()}")
}
