package org.isomorph.samples

import org.isomorph.runtime.LoadedModel
import org.isomorph.runtime.Request
import org.isomorph.runtime.RunOptions
import org.isomorph.runtime.Weights
import org.isomorph.runtime.kotlin.generate
import org.isomorph.runtime.kotlin.sampling
import org.isomorph.spec.Dsl.alibi
import org.isomorph.spec.Dsl.geglu
import org.isomorph.spec.Dsl.lm
import org.isomorph.spec.Dsl.mqa
import org.isomorph.spec.Dsl.rms
import org.isomorph.spec.Placement.SANDWICH
import org.isomorph.spec.kotlin.prefix
import org.isomorph.spec.kotlin.with

// snippet: describe in Kotlin
private val small =
  prefix("own", vocab = 256, dim = 64) {
    layers(4, norm = rms(1e-6), placement = SANDWICH) {
      attention(mqa(4) with alibi())
      ffn(geglu(176))
    }
    heads(lm().tied())
  }

// end

fun main() {
  println("the same value as in Java: ${small == RunYourOwn.OWN}")
  LoadedModel.load(small, Weights.random(small, 7), RunOptions.usual()).use { model ->
    // snippet: generate in Kotlin
    val greedy = model.generate(5, 9, 3, 11) { it.take(8).toList() }
    val random =
      model.generate(5, 9, 3, 11, sampling = sampling(temperature = 0.8, topK = 40, seed = 7)) {
        it.takeWhile { token -> token != 0L }.take(8).toList()
      }
    // end
    println("greedy: ${greedy.size} tokens, random: ${random.size} tokens")

    // snippet: watch in Kotlin
    val request = Request.ids(5, 9, 3, 11).tap("decoder.3.out")
    model.generate(request, sampling(maxTokens = 3)).use { generation ->
      for (token in generation) println(generation.outputs().get("decoder.3.out").shape())
    }
    // end
  }
}
