package org.isomorph.cli

import kotlinx.serialization.json.JsonObjectBuilder
import kotlinx.serialization.json.put
import kotlinx.serialization.json.putJsonObject
import org.isomorph.convert.ConversionRefused
import org.isomorph.convert.ModelReference
import org.isomorph.dialect.Expression
import org.isomorph.dialect.Spelling
import org.isomorph.megatron.Megatron
import org.isomorph.megatron.MegatronFormat
import org.isomorph.megatron.ParallelView

/**
 * How Megatron's ranks share a model: as the command line says it, or else as the checkpoint has
 * it; null where neither does.
 */
internal fun rankView(found: ModelReference, parallel: ParallelOptions): ParallelView? {
  if (!parallel.areGiven()) return found.checkpoint().flatMap { ParallelView.of(it) }.orElse(null)
  val plan = parallel.plan(MegatronFormat.TORCH_DIST)
  return when (
    val asked = Expression.of(families.named(Megatron.NAME), found.model(), Spelling.BEFORE_5)
  ) {
    is Expression.Expressed -> ParallelView.of(asked.model(), plan)
    is Expression.Refused ->
      throw ConversionRefused(
        "${found.model().name()} is a model that Megatron cannot express",
        asked.reasons().map { it.sentence() },
      )
  }
}

internal fun JsonObjectBuilder.putRanks(view: ParallelView) {
  putJsonObject("megatron") { view.facts().forEach { (what, fact) -> put(what, fact) } }
}
