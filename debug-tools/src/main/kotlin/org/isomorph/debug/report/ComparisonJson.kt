package org.isomorph.debug.report

import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.add
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.doubleOrNull
import kotlinx.serialization.json.longOrNull
import kotlinx.serialization.json.put
import kotlinx.serialization.json.putJsonArray
import org.isomorph.debug.compare.CompareText
import org.isomorph.debug.kotlin.ReportJson
import org.isomorph.proof.Report

/** What comparing two models came to, and how far apart they are at each token. */
internal object ComparisonJson {
  private const val COLUMNS = 256

  fun of(report: Report): JsonObject = buildJsonObject {
    for ((key, value) in ReportJson.of(report)) put(key, short(value))
    put("headline", CompareText.verdict(report))
    rounded("least_floor", Report.LEAST_FLOOR)
    val columns = report.places().maxOfOrNull { it.local().tokens().size } ?: 0
    // Of a long prompt, neighbours share a column: the greatest of them is what it shows.
    val each = Math.ceilDiv(maxOf(columns, 1), COLUMNS)
    put("tokens_each", each)
    putJsonArray("tokens_local") {
      for (place in report.places()) add(
        Packed.single(place.local().tokens().chunked(each) { it.max() }.toDoubleArray())
      )
    }
    putJsonArray("weights_text") { report.weights().forEach { add("$it") } }
    putJsonArray("outputs_text") { report.outputs().forEach { add("$it") } }
  }

  /** The same with numbers of few digits. */
  private fun short(element: JsonElement): JsonElement =
    when (element) {
      is JsonObject -> JsonObject(element.mapValues { short(it.value) })
      is JsonArray -> JsonArray(element.map(::short))
      is JsonPrimitive -> {
        val number = element.doubleOrNull
        if (element.isString || number == null || element.longOrNull != null) element
        else rounded(number)
      }
    }
}
