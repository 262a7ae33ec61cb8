package org.isomorph.dialect.declared

import kotlin.math.abs
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.doubleOrNull

/**
 * A specification as JSON with places for a configuration's keys, read in both directions: [fill]
 * makes a specification from keys, [match] recovers the keys from a specification.
 *
 * A text `"=hidden_size"` is the value of a key, `"=1 / sqrt(head_dim)"` a number made of keys, and
 * an object `{"choose": "tie", "cases": {"true": ..., "false": ...}}` one of several trees.
 */
internal class SpecTemplate(private val tree: JsonObject) {
  /** The specification for these keys; [keys] throws for one that there is not. */
  fun fill(keys: (String) -> JsonElement): JsonElement = fill(tree, keys)

  private fun fill(at: JsonElement, keys: (String) -> JsonElement): JsonElement =
    when (at) {
      is JsonArray -> JsonArray(at.map { fill(it, keys) })
      is JsonObject ->
        when (val choice = Choice.of(at)) {
          null -> JsonObject(at.mapValues { fill(it.value, keys) })
          else -> fill(choice.case(keys(choice.key)), keys)
        }
      is JsonPrimitive -> {
        val formula = formula(at)
        if (formula == null) at else value(formula, keys)
      }
    }

  /**
   * The keys for which [fill] would give [spec]. Where none would, as many as can be found: the
   * nearest that this family has.
   */
  fun match(spec: JsonElement): Map<String, JsonElement> =
    LinkedHashMap<String, JsonElement>().also { match(tree, spec, it) }

  private fun match(
    at: JsonElement,
    spec: JsonElement,
    keys: MutableMap<String, JsonElement>,
  ): Boolean =
    when (at) {
      is JsonArray ->
        if (spec !is JsonArray) false
        else at.zip(spec).map { (a, b) -> match(a, b, keys) }.all { it } && at.size == spec.size
      is JsonObject ->
        when (val choice = Choice.of(at)) {
          null ->
            if (spec !is JsonObject) false
            else
              at
                .map { (name, part) -> spec[name]?.let { match(part, it, keys) } ?: false }
                .all { it } && at.keys.containsAll(spec.keys)
          else -> choose(choice, spec, keys)
        }
      is JsonPrimitive -> {
        val formula = formula(at)
        when {
          formula == null -> same(at, spec)
          // It follows from the keys; who asks compares what they give.
          formula.name == null -> true
          else -> keys.getOrPut(formula.name) { spec }.let { same(it, spec) }
        }
      }
    }

  private fun choose(
    choice: Choice,
    spec: JsonElement,
    keys: MutableMap<String, JsonElement>,
  ): Boolean {
    for ((value, case) in choice.cases) {
      val tried = LinkedHashMap(keys)
      val known = tried.getOrPut(choice.key) { literal(value) }
      if (text(known) == value && match(case, spec, tried)) {
        keys.putAll(tried)
        return true
      }
    }
    return false
  }

  /** One of several trees, by the value of a key. */
  private class Choice(val key: String, val cases: Map<String, JsonElement>) {
    fun case(value: JsonElement): JsonElement =
      cases[text(value)]
        ?: throw IllegalArgumentException(
          "key $key: expected one of ${cases.keys}, found ${text(value)}"
        )

    companion object {
      fun of(tree: JsonObject): Choice? {
        if (tree.keys != setOf("choose", "cases")) return null
        val cases = tree["cases"] as? JsonObject ?: return null
        return Choice(text(tree.getValue("choose")), cases)
      }
    }
  }

  companion object {
    fun formula(value: JsonElement): Formula? =
      (value as? JsonPrimitive)?.takeIf { it.isString }?.let { Formula.of(it.content) }

    /** What a formula gives: a key's value as it is, or a number made of keys. */
    fun value(formula: Formula, keys: (String) -> JsonElement): JsonElement =
      formula.name?.let(keys) ?: number(formula.value { name -> real(name, keys(name)) })

    /** A value as the number that a formula needs. */
    fun real(key: String, value: JsonElement): Double =
      (value as? JsonPrimitive)?.takeIf { !it.isString }?.doubleOrNull
        ?: throw IllegalArgumentException("key $key: expected a number, found $value")

    /** Whole numbers are written as such, which every place for a number reads. */
    private fun number(value: Double): JsonPrimitive =
      if (value == Math.rint(value) && abs(value) < 1e15) JsonPrimitive(value.toLong())
      else JsonPrimitive(value)

    private fun text(value: JsonElement) = (value as? JsonPrimitive)?.content ?: value.toString()

    private fun literal(text: String): JsonElement =
      when {
        text == "true" || text == "false" -> JsonPrimitive(text.toBoolean())
        else -> text.toDoubleOrNull()?.let(::number) ?: JsonPrimitive(text)
      }

    /** Equal, where 1 is 1.0 and a root need not be the same to its last bit. */
    private fun same(a: JsonElement, b: JsonElement): Boolean =
      when {
        a is JsonObject && b is JsonObject ->
          a.keys == b.keys && a.all { (name, value) -> same(value, b.getValue(name)) }
        a is JsonArray && b is JsonArray ->
          a.size == b.size && a.zip(b).all { (one, other) -> same(one, other) }
        a is JsonPrimitive && b is JsonPrimitive && !a.isString && !b.isString -> {
          val one = a.doubleOrNull
          val other = b.doubleOrNull
          if (one == null || other == null) a == b
          else abs(one - other) <= 1e-12 * maxOf(abs(one), abs(other))
        }
        else -> a == b
      }
  }
}
