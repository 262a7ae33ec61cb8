package org.isomorph.debug.report

import java.math.BigDecimal
import java.math.MathContext
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive

/** JSON that is the same for the same content: keys are sorted, and each object begins a line. */
internal object StableJson {
  fun text(element: JsonElement): String = StringBuilder().also { write(element, it) }.toString()

  private fun write(element: JsonElement, text: StringBuilder) {
    when (element) {
      is JsonObject -> {
        text.append("\n{")
        for ((at, key) in element.keys.sorted().withIndex()) {
          if (at > 0) text.append(',')
          text.append(JsonPrimitive(key)).append(':')
          write(element.getValue(key), text)
        }
        text.append('}')
      }
      is JsonArray -> {
        text.append('[')
        for ((at, each) in element.withIndex()) {
          if (at > 0) text.append(',')
          write(each, text)
        }
        text.append(']')
      }
      is JsonPrimitive -> text.append(element)
    }
  }
}

private val PRECISION = MathContext(6)

/** A number in six digits; what is not finite is a text. */
internal fun rounded(number: Double): JsonPrimitive =
  if (number.isFinite()) JsonPrimitive(BigDecimal(number).round(PRECISION).toDouble())
  else JsonPrimitive(number.toString())
