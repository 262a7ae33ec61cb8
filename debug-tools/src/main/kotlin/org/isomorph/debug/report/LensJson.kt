package org.isomorph.debug.report

import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.add
import kotlinx.serialization.json.addJsonArray
import kotlinx.serialization.json.addJsonObject
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.put
import kotlinx.serialization.json.putJsonArray
import org.isomorph.debug.Lens
import org.isomorph.debug.TokenSequence

/** What each state would predict: a table of pieces, and matrices of numbers that refer to it. */
internal object LensJson {
  fun of(lens: Lens, shown: List<TokenSequence>): JsonObject = buildJsonObject {
    val places = shown.last().tokens().map { it.index() }.toSet()
    val states =
      lens.layers().map { state ->
        state.name() to state.cells().filter { lens.isPooled || it.token().index() in places }
      }
    val pieces =
      states.flatMap { it.second }.flatMap { it.top() }.associate { it.id() to it.text() }
    val rows = pieces.keys.sorted().withIndex().associate { (row, id) -> id to row.toLong() }
    put("head", lens.head())
    put("tower", shown.last().tower())
    putJsonArray("places") { states.first().second.forEach { add(it.token().index()) } }
    put("pooled", lens.isPooled)
    put("candidates", states.flatMap { it.second }.maxOfOrNull { it.top().size } ?: 0)
    putJsonArray("notes") { lens.notes().forEach { add(it) } }
    putJsonArray("pieces") {
      for (id in rows.keys) addJsonArray {
        add(id)
        add(pieces.getValue(id))
      }
    }
    putJsonArray("states") {
      for ((name, cells) in states) addJsonObject {
        put("name", name)
        fun all(of: (Lens.Cell) -> Double) = cells.map(of).toDoubleArray()
        val top = cells.flatMap { it.top() }
        put("top", Packed.indices(top.map { rows.getValue(it.id()) }.toLongArray()))
        put("top_probability", Packed.half(top.map { it.probability() }.toDoubleArray()))
        put("logit", Packed.half(all { it.best().logit() }))
        put("rank", Packed.indices(cells.map { it.finalRank() }.toLongArray()))
        put("probability", Packed.half(all { it.finalProbability() }))
        put("entropy", Packed.half(all { it.entropy() }))
        put("divergence", Packed.half(all { it.divergence() }))
        putJsonArray("echo") {
          cells.withIndex().filter { it.value.isEcho }.forEach { add(it.index) }
        }
      }
    }
  }
}
