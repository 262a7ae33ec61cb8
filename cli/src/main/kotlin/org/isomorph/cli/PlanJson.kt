package org.isomorph.cli

import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonObjectBuilder
import kotlinx.serialization.json.addJsonObject
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.put
import kotlinx.serialization.json.putJsonArray
import kotlinx.serialization.json.putJsonObject
import org.isomorph.convert.Plan
import org.isomorph.convert.findings
import org.isomorph.convert.run.Result

/** A plan, and what came of it, for scripts. */
internal fun planJson(plan: Plan, result: Result? = null): JsonObject = buildJsonObject {
  put("source", plan.source().directory().toString())
  put("from", plan.source().dialect().name())
  put("to", plan.target().name())
  put("outcome", plan.outcome().name.lowercase())
  put("digest", plan.blueprint().digest())
  reasons(plan)
  put("bytes", plan.blueprint().bytes())
  putJsonArray("files") {
    for (file in plan.written().files()) addJsonObject {
      put("name", file.name())
      put("bytes", file.size())
      put("tensors", file.entries().size)
    }
  }
  putJsonArray("tensors") {
    for (file in plan.written().files()) for (entry in file.entries()) addJsonObject {
      put("name", entry.info().name())
      put("dtype", entry.info().dtype().name)
      put("shape", entry.info().shape().toString())
      put("file", file.name())
    }
  }
  if (result != null)
    putJsonObject("result") {
      put("bytes", result.bytes())
      put("files_written", result.filesWritten())
      put("files_resumed", result.filesResumed())
      put("seconds", result.elapsed().toNanos() / 1e9)
    }
}

private fun JsonObjectBuilder.reasons(plan: Plan) {
  putJsonArray("steps") {
    for (step in plan.steps()) addJsonObject {
      put("does", step.sentence())
      put("outcome", step.outcome().name.lowercase())
    }
  }
  putJsonObject("made") { plan.made().forEach { (how, tensors) -> put(how, tensors) } }
  putJsonObject("casts") { plan.casts().forEach { (cast, tensors) -> put(cast, tensors) } }
  findings(plan)
}
