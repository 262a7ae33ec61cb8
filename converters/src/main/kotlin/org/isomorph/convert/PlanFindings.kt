package org.isomorph.convert

import kotlinx.serialization.json.JsonObjectBuilder
import kotlinx.serialization.json.addJsonObject
import kotlinx.serialization.json.put
import kotlinx.serialization.json.putJsonArray
import kotlinx.serialization.json.putJsonObject

/** What a plan found out, as certificates and scripts read it: `evidence`, `left`, `unsaid`. */
fun JsonObjectBuilder.findings(plan: Plan) {
  putJsonArray("evidence") {
    for (evidence in plan.evidence()) addJsonObject {
      put("question", evidence.question())
      put("holds", evidence.holds())
      put("bytes_read", evidence.bytes())
    }
  }
  putJsonObject("left") { plan.left().forEach { (tensor, reason) -> put(tensor, reason) } }
  putJsonArray("unsaid") {
    for (lost in plan.lost()) addJsonObject {
      put("path", lost.path())
      put("value", lost.left())
    }
  }
}
