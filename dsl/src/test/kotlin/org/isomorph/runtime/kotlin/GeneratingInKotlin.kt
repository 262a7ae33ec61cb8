package org.isomorph.runtime.kotlin

import org.isomorph.runtime.LoadedModel

object GeneratingInKotlin {
  fun five(model: LoadedModel, prompt: LongArray): List<Long> =
    model.generate(*prompt, sampling = sampling(maxTokens = 9)) { it.take(5).toList() }
}
