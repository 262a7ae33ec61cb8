package org.isomorph.debug.kotlin

import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonObjectBuilder
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.add
import kotlinx.serialization.json.addJsonObject
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.put
import kotlinx.serialization.json.putJsonArray
import kotlinx.serialization.json.putJsonObject
import org.isomorph.proof.Deviation
import org.isomorph.proof.Report
import org.isomorph.proof.ReportText

/** What comparing two models came to, for programs: the content of its text, every piece listed. */
public object ReportJson {
  @JvmStatic
  public fun of(report: Report): JsonObject = buildJsonObject {
    put("outcome", report.outcome().name.lowercase())
    put("exit", report.outcome().exit())
    put("verdict", ReportText.verdict(report))
    putJsonArray("reasons") { report.reasons().forEach { add(it) } }
    put("tokens", report.tokens())
    report.fault().ifPresent {
      putJsonObject("fault") {
        put("value", it.value())
        deviation("local", it.local())
        number("floor", it.floor())
      }
    }
    putJsonArray("pieces") {
      for (place in report.places()) addJsonObject {
        put("name", place.name())
        put("same", !place.isFaulty)
        deviation("local", place.local())
        number("floor", place.floor())
        deviation("accumulated", place.accumulated())
        put("forced", place.isForced)
        place.lens().ifPresent { number("kl_lens", it) }
      }
    }
    putJsonArray("looks") {
      for (look in report.looks()) addJsonObject {
        put("piece", look.piece())
        putJsonArray("values") {
          for (step in look.steps()) addJsonObject {
            put("name", step.value())
            put("same", !step.isFaulty)
            deviation("local", step.local())
            number("floor", step.floor())
          }
        }
        putJsonArray("guesses") {
          for (explanation in look.explanations()) addJsonObject {
            put("mistake", explanation.mistake())
            put("evidence", explanation.evidence())
          }
        }
      }
    }
    putJsonArray("unseen") { report.unseen().forEach { add(it) } }
    putJsonArray("outputs") {
      for (output in report.outputs()) addJsonObject {
        put("label", output.label())
        number("greatest", output.greatest())
        if (output.rows() > 0) {
          put("rows", output.rows())
          put("same_top", output.sameTop())
          number("kl_mean", output.divergence())
          number("kl_max", output.greatestDivergence())
        }
      }
    }
    putJsonArray("weights") {
      for (weight in report.weights()) addJsonObject {
        put("name", weight.name())
        put("rows", weight.difference().rows())
        put("different_rows", weight.difference().differentRows())
        put("first_row", weight.difference().firstRow())
        number("greatest", weight.difference().greatest())
        weight.holds().ifPresent { put("holds", it) }
      }
    }
    putJsonArray("descriptions") {
      for (difference in report.descriptions()) addJsonObject {
        put("path", difference.path())
        put("a", difference.left())
        put("b", difference.right())
        put("sentence", difference.sentence())
      }
    }
  }

  /** How far two tensors are apart. */
  @JvmStatic
  public fun of(deviation: Deviation): JsonObject = buildJsonObject {
    number("greatest", deviation.greatest())
    number("p99", deviation.p99())
    number("median", deviation.median())
    if (deviation.batch() >= 0) put("row", deviation.batch())
    if (deviation.token() >= 0) put("token", deviation.token())
  }

  /** JSON has no infinity: what is not finite is a text. */
  @JvmStatic
  public fun number(value: Double): JsonPrimitive =
    if (value.isFinite()) JsonPrimitive(value) else JsonPrimitive("not finite")

  private fun JsonObjectBuilder.deviation(name: String, deviation: Deviation) {
    put(name, of(deviation))
  }

  private fun JsonObjectBuilder.number(name: String, value: Double) {
    put(name, number(value))
  }
}
