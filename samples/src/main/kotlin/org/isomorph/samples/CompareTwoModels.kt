package org.isomorph.samples

import org.isomorph.spec.Dsl.rms
import org.isomorph.spec.SpecDiff

/** What a change to a description changes: LLaMA-3-8B with another epsilon at the end. */
fun main() {
  val changed = llama3.finalNorm(rms(1e-6)).context(8192)
  for (difference in SpecDiff.between(llama3, changed)) println(difference)
}
