package org.isomorph.cli

import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.add
import kotlinx.serialization.json.addJsonObject
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.put
import kotlinx.serialization.json.putJsonArray
import kotlinx.serialization.json.putJsonObject
import org.isomorph.debug.kotlin.ReportJson
import org.isomorph.megatron.execution.ExecutionReport

/** What executing ranks came to, as [ReportJson] tells of a comparison. */
internal fun document(report: ExecutionReport): JsonObject = buildJsonObject {
  put("outcome", report.outcome().name.lowercase())
  put("exit", report.outcome().exit())
  put("verdict", report.verdict())
  putJsonArray("reasons") { report.reasons().forEach { add(it) } }
  put("layout", report.layout())
  put("ranks", report.ranks())
  put("tokens", report.tokens())
  report.parting().ifPresent { put("first_layer", it) }
  putJsonArray("layers") {
    for (layer in report.layers()) addJsonObject { put("accumulated", ReportJson.of(layer)) }
  }
  report.logits().ifPresent {
    putJsonObject("logits") {
      put("greatest", ReportJson.number(it.greatest()))
      put("rows", it.rows())
      put("same_top", it.sameTop())
      put("kl_mean", ReportJson.number(it.divergence()))
      put("kl_max", ReportJson.number(it.greatestDivergence()))
    }
  }
}
