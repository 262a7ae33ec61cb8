package org.isomorph.spec.kotlin

import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import org.isomorph.spec.SpecException

/** A place in a JSON text: `$.towers[0].runs[2].block`. */
internal class At private constructor(private val before: At?, private val step: String) {
  fun key(name: String) = At(this, ".$name")

  fun index(position: Int) = At(this, "[$position]")

  fun refuse(expected: String, found: JsonElement): Nothing =
    refuse("expected $expected, found ${kind(found)}")

  fun refuse(why: String): Nothing = throw SpecException("at $this: $why")

  override fun toString(): String = before?.toString().orEmpty() + step

  /** A value in short. Arrays and objects may be deep: they are never printed. */
  private fun kind(found: JsonElement): String =
    when (found) {
      is JsonObject -> "an object"
      is JsonArray -> "an array"
      is JsonNull -> "null"
      is JsonPrimitive -> found.toString().let { if (it.length > 60) it.take(60) + "..." else it }
    }

  companion object {
    val ROOT = At(null, "$")
  }
}
