package org.isomorph.debug.report

import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.add
import kotlinx.serialization.json.addJsonObject
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.put
import kotlinx.serialization.json.putJsonArray
import org.isomorph.debug.CosDistance
import org.isomorph.debug.TokenSequence

/** What each layer does to the stream, in the means and for each token that is shown. */
internal object LayersJson {
  fun of(found: CosDistance, shown: List<TokenSequence>): JsonObject = buildJsonObject {
    put("first_counted", found.isFirstCounted)
    put("standardised", found.isStandardised)
    putJsonArray("notes") { found.notes().forEach { add(it) } }
    putJsonArray("layers") {
      for (layer in found.layers()) addJsonObject {
        val tower = layer.name().substringBefore('.')
        put("name", layer.name())
        put("tower", tower)
        put("norm", layer.isNorm)
        rounded("mean", layer.distance().mean())
        rounded("median", layer.distance().median())
        rounded("p95", layer.distance().p95())
        rounded("max", layer.distance().max())
        put("worst", layer.worst().token().index())
        rounded("norm_in", layer.normIn())
        rounded("norm_out", layer.normOut())
        rounded("update", layer.update())
        put("not_finite", layer.notFinite())
        val places = shown.first { it.tower() == tower }.tokens().map { it.index() }.toSet()
        val tokens = layer.tokens().filter { it.token().index() in places }
        fun all(of: (CosDistance.TokenDistance) -> Double) = tokens.map(of).toDoubleArray()
        put("token_distance", Packed.half(all { it.distance() }))
        put("token_update", Packed.half(all { it.update() }))
        // A massive activation's norm is beyond what 16 bits hold.
        put("token_norm_in", Packed.single(all { it.normIn() }))
        put("token_norm_out", Packed.single(all { it.normOut() }))
      }
    }
  }
}
