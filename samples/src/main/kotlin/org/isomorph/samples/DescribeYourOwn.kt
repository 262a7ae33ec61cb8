package org.isomorph.samples

import org.isomorph.spec.Dsl.alibi
import org.isomorph.spec.Dsl.geglu
import org.isomorph.spec.Dsl.lm
import org.isomorph.spec.Dsl.mqa
import org.isomorph.spec.Dsl.rms
import org.isomorph.spec.Placement.SANDWICH
import org.isomorph.spec.kotlin.SpecJson
import org.isomorph.spec.kotlin.prefix
import org.isomorph.spec.kotlin.with

val own =
  prefix("own", vocab = 32_000, dim = 1024) {
    layers(16, norm = rms(1e-6), placement = SANDWICH) {
      attention(mqa(16) with alibi())
      ffn(geglu(2816))
    }
    heads(lm().tied())
  }

/** Prints the description as JSON, which the command reads wherever it takes a model. */
fun main() {
  val json = SpecJson.write(own)
  println(json)
  println("the same value when read: ${SpecJson.read(json) == own}")
  println("the same value as in Java: ${own == DescribeYourOwn.own()}")
}
